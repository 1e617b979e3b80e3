//! JSONata: parse once, evaluate many times; AWS's dialect as an option.
