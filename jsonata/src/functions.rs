//! The built-in functions: their names, signatures and who has them.

pub(crate) mod array;
pub(crate) mod aws;
pub(crate) mod datetime;
pub(crate) mod encoding;
pub(crate) mod format_number;
pub(crate) mod higher_order;
pub(crate) mod integer;
pub(crate) mod matching;
pub(crate) mod numeric;
pub(crate) mod object;
pub(crate) mod picture;
pub(crate) mod pow;
pub(crate) mod string;
pub(crate) mod transform;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::error::Fault;
use crate::evaluate::{Evaluator, UNDEFINED};
use crate::expression::Dialect;
use crate::function::Frame;
use crate::signature::Signature;
use crate::value::Value;

/// What a function sees besides its arguments.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) context: &'a Value,
    pub(crate) frame: Frame,
}

type Run = fn(&mut Evaluator<'_>, &[Value], Scope<'_>) -> Result<Value, Fault>;

struct Definition {
    name: &'static str,
    signature: &'static str,
    /// The parameters jsonata-js' implementation has: what higher-order functions go by.
    arity: usize,
    run: Run,
    /// The only dialect that has it.
    only: Option<Dialect>,
}

const fn of(name: &'static str, signature: &'static str, arity: usize, run: Run) -> Definition {
    Definition { name, signature, arity, run, only: None }
}

const fn only(
    dialect: Dialect,
    name: &'static str,
    signature: &'static str,
    arity: usize,
    run: Run,
) -> Definition {
    Definition { name, signature, arity, run, only: Some(dialect) }
}

pub(crate) const BUILT_INS: usize = 71;

static TABLE: [Definition; BUILT_INS] = [
    of("sum", "<a<n>:n>", 1, numeric::sum),
    of("count", "<a:n>", 1, array::count),
    of("max", "<a<n>:n>", 1, numeric::max),
    of("min", "<a<n>:n>", 1, numeric::min),
    of("average", "<a<n>:n>", 1, numeric::average),
    of("string", "<x-b?:s>", 1, string::string),
    of("substring", "<s-nn?:s>", 3, string::substring),
    of("substringBefore", "<s-s:s>", 2, string::substring_before),
    of("substringAfter", "<s-s:s>", 2, string::substring_after),
    of("lowercase", "<s-:s>", 1, string::lowercase),
    of("uppercase", "<s-:s>", 1, string::uppercase),
    of("length", "<s-:n>", 1, string::length),
    of("trim", "<s-:s>", 1, string::trim),
    of("pad", "<s-ns?:s>", 3, string::pad),
    of("match", "<s-f<s:o>n?:a<o>>", 3, matching::matches),
    of("contains", "<s-(sf):b>", 2, matching::contains),
    of("replace", "<s-(sf)(sf)n?:s>", 4, matching::replace),
    of("split", "<s-(sf)n?:a<s>>", 3, matching::split),
    of("join", "<a<s>s?:s>", 2, string::join),
    of("formatNumber", "<n-so?:s>", 3, format_number::format_number),
    of("formatBase", "<n-n?:s>", 2, numeric::format_base),
    of("formatInteger", "<n-s:s>", 2, integer::format_integer),
    of("parseInteger", "<s-s:n>", 2, integer::parse_integer),
    of("number", "<(nsb)-:n>", 1, numeric::number),
    of("floor", "<n-:n>", 1, numeric::floor),
    of("ceil", "<n-:n>", 1, numeric::ceil),
    of("round", "<n-n?:n>", 2, numeric::round),
    of("abs", "<n-:n>", 1, numeric::abs),
    of("sqrt", "<n-:n>", 1, numeric::sqrt),
    of("power", "<n-n:n>", 2, numeric::power),
    only(Dialect::Standard, "random", "<:n>", 0, numeric::random),
    of("boolean", "<x-:b>", 1, numeric::boolean),
    of("not", "<x-:b>", 1, numeric::not),
    of("map", "<af>", 2, higher_order::map),
    of("zip", "<a+>", 0, array::zip),
    of("filter", "<af>", 2, higher_order::filter),
    of("single", "<af?>", 2, higher_order::single),
    of("reduce", "<afj?:j>", 3, higher_order::reduce),
    of("sift", "<o-f?:o>", 2, higher_order::sift),
    of("keys", "<x-:a<s>>", 1, object::keys),
    of("lookup", "<x-s:x>", 2, object::lookup_function),
    of("append", "<xx:a>", 2, array::append_function),
    of("exists", "<x:b>", 1, object::exists),
    of("spread", "<x-:a<o>>", 1, object::spread),
    of("merge", "<a<o>:o>", 1, object::merge),
    of("reverse", "<a:a>", 1, array::reverse),
    of("each", "<o-f:a>", 2, higher_order::each),
    of("error", "<s?:x>", 1, object::error),
    of("assert", "<bs?:x>", 2, object::assert),
    of("type", "<x:s>", 1, object::type_of),
    of("sort", "<af?:a>", 2, higher_order::sort),
    of("shuffle", "<a:a>", 1, array::shuffle),
    of("distinct", "<x:x>", 1, array::distinct),
    of("base64encode", "<s-:s>", 1, encoding::base64_encode),
    of("base64decode", "<s-:s>", 1, encoding::base64_decode),
    of("encodeUrlComponent", "<s-:s>", 1, encoding::encode_url_component),
    of("encodeUrl", "<s-:s>", 1, encoding::encode_url),
    of("decodeUrlComponent", "<s-:s>", 1, encoding::decode_url_component),
    of("decodeUrl", "<s-:s>", 1, encoding::decode_url),
    only(Dialect::Standard, "eval", "<sx?:x>", 2, transform::eval),
    of("toMillis", "<s-s?:n>", 2, datetime::to_millis),
    of("fromMillis", "<n-s?s?:s>", 3, datetime::from_millis),
    of("now", "<s?s?:s>", 2, datetime::now),
    of("millis", "<:n>", 0, datetime::millis),
    of("clone", "<(oa)-:o>", 1, transform::clone),
    only(Dialect::Aws, "partition", "<x?n?:a>", 2, aws::partition),
    only(Dialect::Aws, "range", "<nnn?:a>", 3, aws::range),
    only(Dialect::Aws, "hash", "<ss?:s>", 2, aws::hash),
    only(Dialect::Aws, "random", "<n?:n>", 1, aws::random),
    only(Dialect::Aws, "uuid", "<:s>", 0, aws::uuid),
    only(Dialect::Aws, "parse", "<s?:x>", 1, aws::parse),
];

/// A built-in function, by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BuiltIn(u8);

impl BuiltIn {
    pub(crate) fn named(name: &str, dialect: Dialect) -> Option<BuiltIn> {
        static NUMBERS: LazyLock<HashMap<(&str, Dialect), u8>> = LazyLock::new(|| {
            let mut numbers = HashMap::new();
            for (number, it) in TABLE.iter().enumerate() {
                for dialect in [Dialect::Standard, Dialect::Aws] {
                    if it.only.is_none_or(|only| only == dialect) {
                        numbers.insert((it.name, dialect), number as u8);
                    }
                }
            }
            numbers
        });
        NUMBERS.get(&(name, dialect)).copied().map(BuiltIn)
    }

    /// The symbol of what it returns.
    pub(crate) fn returns(self) -> &'static str {
        let signature = self.definition().signature;
        signature.rsplit_once(':').map_or("", |(_, it)| it.strip_suffix('>').unwrap_or(it))
    }

    pub(crate) fn number(self) -> usize {
        usize::from(self.0)
    }

    fn definition(self) -> &'static Definition {
        static NOTHING: Definition = of("", "<>", 0, |_, _, _| Ok(Value::Undefined));
        TABLE.get(self.number()).unwrap_or(&NOTHING)
    }

    pub(crate) fn arity(self) -> usize {
        self.definition().arity
    }

    pub(crate) fn signature(self) -> &'static Signature {
        static SIGNATURES: LazyLock<Vec<Signature>> = LazyLock::new(|| {
            // The table's own signatures are well formed; a test holds that.
            TABLE.iter().map(|it| Signature::parse(it.signature).unwrap_or_default()).collect()
        });
        static NOTHING: LazyLock<Signature> = LazyLock::new(Signature::default);
        SIGNATURES.get(self.number()).unwrap_or(&NOTHING)
    }

    pub(crate) fn run(
        self,
        evaluator: &mut Evaluator<'_>,
        arguments: &[Value],
        scope: Scope<'_>,
    ) -> Result<Value, Fault> {
        let result = (self.definition().run)(evaluator, arguments, scope);
        evaluator.not_finite |= matches!(result, Ok(Value::Number(it)) if !it.is_finite());
        result
    }
}

/// An argument, nothing if there are not so many.
pub(crate) fn arg(arguments: &[Value], at: usize) -> &Value {
    arguments.get(at).unwrap_or(&UNDEFINED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_signatures_are_well_formed() {
        for it in &TABLE {
            assert!(Signature::parse(it.signature).is_ok(), "{}", it.name);
        }
    }
}
