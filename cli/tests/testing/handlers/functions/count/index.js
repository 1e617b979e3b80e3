exports.handler = async (items) => items.reduce((a, b) => a + b, 0);
