// Reserves an item in the first warehouse that has enough of it.

const stock = { north: { pen: 100, pad: 20 }, south: { pen: 10, ink: 5 } };

class OutOfStock extends Error {
  constructor(message) {
    super(message);
    this.name = "OutOfStock"; // the error that the workflow sees
  }
}

exports.handler = async ({ sku, quantity }) => {
  const warehouse = Object.keys(stock).find((name) => (stock[name][sku] ?? 0) >= quantity);
  if (!warehouse) throw new OutOfStock(`no warehouse has ${quantity} of ${sku}`);
  return { sku, warehouse };
};
