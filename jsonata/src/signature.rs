//! Function signatures such as `<s-nn?:s>`: which arguments a function takes, and which it takes from the context.

use crate::error::{Error, Fault};
use crate::value::{Array, Value};

#[derive(Clone, Debug, Default)]
pub(crate) struct Signature {
    parameters: Vec<Parameter>,
}

#[derive(Clone, Debug, Default)]
struct Parameter {
    /// The symbols of the types that are accepted.
    accepts: Types,
    /// Anything else than an array is wrapped into one.
    array: bool,
    function: bool,
    /// The type of an array's items.
    items: Option<String>,
    optional: bool,
    many: bool,
    /// Taken from the context if left out.
    context: bool,
}

/// A set of type symbols, a bit each.
#[derive(Clone, Copy, Debug, Default)]
struct Types(u16);

const SYMBOLS: &str = "asnblfom";

impl Types {
    fn of(symbols: &str) -> Types {
        Types(symbols.chars().filter_map(|it| SYMBOLS.find(it)).fold(0, |set, at| set | 1 << at))
    }

    fn accepts(self, symbol: u8) -> bool {
        self.0 & (1 << symbol) != 0
    }
}

const MISSING: u8 = 7;
const ARRAY: u8 = 0;

/// The place of the value's type in `SYMBOLS`.
fn symbol(value: &Value) -> u8 {
    match value {
        Value::Array(_) => ARRAY,
        Value::String(_) => 1,
        Value::Number(_) | Value::Long(_) => 2,
        Value::Bool(_) => 3,
        Value::Null => 4,
        Value::Function(_) => 5,
        Value::Object(_) => 6,
        Value::Undefined => MISSING,
    }
}

impl Signature {
    /// Parses a signature from its `<` on. The error's offset is relative to that.
    pub(crate) fn parse(text: &str) -> Result<Signature, Fault> {
        let symbols: Vec<char> = text.chars().collect();
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut at = 1;
        while let Some(symbol) = symbols.get(at) {
            let (accepts, array, function) = match symbol {
                ':' => break,
                's' | 'n' | 'b' | 'l' | 'o' => (Types::of(&format!("{symbol}m")), false, false),
                'a' => (Types::of(SYMBOLS), true, false),
                'f' => (Types::of("f"), false, true),
                'j' => (Types::of("asnblom"), false, false),
                'x' => (Types::of(SYMBOLS), false, false),
                '(' => {
                    let end = closing(&symbols, at, '(', ')');
                    let choice: String = symbols.get(at + 1..end).unwrap_or_default().iter().collect();
                    if choice.contains('<') {
                        return Err(Error::new("S0402").at(at as u32).value(Value::from(choice)));
                    }
                    at = end;
                    (Types::of(&format!("{choice}m")), false, false)
                }
                _ => {
                    at = Signature::modify(parameters.last_mut(), &symbols, at)? + 1;
                    continue;
                }
            };
            parameters.push(Parameter { accepts, array, function, ..Parameter::default() });
            at += 1;
        }
        Ok(Signature { parameters })
    }

    /// Applies a modifier to the parameter before it; gives the modifier's last place.
    fn modify(parameter: Option<&mut Parameter>, symbols: &[char], at: usize) -> Result<usize, Fault> {
        let modifier = symbols.get(at).copied().unwrap_or_default();
        let Some(parameter) = parameter else {
            return match modifier {
                '<' => Err(Error::new("S0401").at(at as u32)),
                _ => Ok(at),
            };
        };
        match modifier {
            '-' => {
                parameter.context = true;
                parameter.optional = true;
            }
            '?' => parameter.optional = true,
            '+' => parameter.many = true,
            '<' if parameter.array || parameter.function => {
                let end = closing(symbols, at, '<', '>');
                parameter.items = Some(symbols.get(at + 1..end).unwrap_or_default().iter().collect());
                return Ok(end);
            }
            '<' => return Err(Error::new("S0401").at(at as u32)),
            _ => {}
        }
        Ok(at)
    }

    /// Checks the arguments, fills in the context and wraps what should be an array.
    pub(crate) fn validate(&self, arguments: &mut Vec<Value>, context: &Value) -> Result<(), Fault> {
        if self.fits_plainly(arguments) {
            return Ok(());
        }
        let symbols: Vec<u8> = arguments.iter().map(symbol).collect();
        let Some(counts) = matching(&self.parameters, &symbols, true) else {
            return Err(self.mismatch(arguments, &symbols));
        };
        let mut valid = Vec::with_capacity(arguments.len());
        let mut at = 0;
        for (parameter, count) in self.parameters.iter().zip(counts) {
            if count == 0 {
                if parameter.context {
                    if !parameter.accepts.accepts(symbol(context)) {
                        return Err(Error::new("T0411").value(context.clone()).index(at + 1));
                    }
                    valid.push(context.clone());
                } else {
                    valid.push(arguments.get(at).cloned().unwrap_or_default());
                    at += 1;
                }
            }
            let first = arguments.get(at).cloned().unwrap_or_default();
            for _ in 0..count {
                // jsonata-js 2.0.6 repeats the first of several arguments, unless they are arrays.
                let argument = if parameter.array { arguments.get(at) } else { Some(&first) };
                valid.push(parameter.take(argument.cloned().unwrap_or_default(), at, count)?);
                at += 1;
            }
        }
        *arguments = valid;
        Ok(())
    }

    /// One argument for each parameter, of a type that needs no work, and nothing but optional ones left out: by far
    /// the commonest case.
    fn fits_plainly(&self, arguments: &[Value]) -> bool {
        let left_out = self.parameters.get(arguments.len()..);
        left_out.is_some_and(|it| it.iter().all(|it| it.optional && !it.context))
            && self.parameters.iter().zip(arguments).all(|(parameter, argument)| {
                let symbol = symbol(argument);
                let plain = !parameter.array || (symbol == ARRAY && parameter.items_fit(argument));
                plain && parameter.accepts.accepts(symbol)
            })
    }

    fn mismatch(&self, arguments: &[Value], symbols: &[u8]) -> Fault {
        let mut good = 0;
        for end in 1..=self.parameters.len() {
            let head = self.parameters.get(..end).unwrap_or_default();
            match matching(head, symbols, false) {
                Some(counts) => good = counts.iter().sum(),
                None => break,
            }
        }
        let value = arguments.get(good).cloned().unwrap_or_default();
        Error::new("T0410").value(value).index(good + 1)
    }
}

impl Parameter {
    /// How many arguments it may take from a place on.
    fn counts(&self, symbols: &[u8], at: usize) -> std::ops::RangeInclusive<usize> {
        let most = if self.many { symbols.len() } else { 1 };
        let rest = symbols.get(at..).unwrap_or_default();
        let fitting = rest.iter().take(most).take_while(|it| self.accepts.accepts(**it)).count();
        usize::from(!self.optional)..=fitting
    }

    fn take(&self, argument: Value, at: usize, count: usize) -> Result<Value, Fault> {
        if !self.array || argument.is_undefined() {
            return Ok(argument);
        }
        let is_array = argument.is_array();
        let fits = match &self.items {
            None => true,
            Some(_) if is_array => self.items_fit(&argument),
            // Several single values never fit a typed array: jsonata-js compares them as one.
            Some(items) => {
                count == 1
                    && SYMBOLS
                        .get(symbol(&argument) as usize..)
                        .is_some_and(|it| it.starts_with(items.as_str()) && items.len() == 1)
            }
        };
        if !fits {
            let error = Error::new("T0412").value(argument).index(at + 1);
            return Err(match self.items.as_deref().and_then(plural) {
                Some(plural) => error.kind(plural),
                None => error,
            });
        }
        Ok(if is_array { argument } else { Value::Array(Array::from(vec![argument])) })
    }

    fn items_fit(&self, array: &Value) -> bool {
        let (Some(items), Value::Array(array)) = (&self.items, array) else { return true };
        let wanted = items.chars().next().and_then(|it| SYMBOLS.find(it));
        array.iter().all(|it| Some(usize::from(symbol(it))) == wanted)
    }
}

fn plural(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "a" => "arrays",
        "b" => "booleans",
        "f" => "functions",
        "n" => "numbers",
        "o" => "objects",
        "s" => "strings",
        _ => return None,
    })
}

/// How many arguments each parameter takes, the earlier ones as many as they can; nothing if they don't fit.
fn matching(parameters: &[Parameter], symbols: &[u8], whole: bool) -> Option<Vec<usize>> {
    let reachable = reachable(parameters, symbols, whole);
    let fits = |parameter: usize, at: usize| {
        reachable.get(parameter).and_then(|it| it.get(at)).is_some_and(|it| *it)
    };
    let mut at = 0;
    let mut counts = Vec::with_capacity(parameters.len());
    for (number, parameter) in parameters.iter().enumerate() {
        let count = parameter.counts(symbols, at).rev().find(|count| fits(number + 1, at + count))?;
        counts.push(count);
        at += count;
    }
    fits(parameters.len(), at).then_some(counts)
}

/// For each parameter and each argument: whether the parameters from there on fit the arguments from there on.
fn reachable(parameters: &[Parameter], symbols: &[u8], whole: bool) -> Vec<Vec<bool>> {
    let mut rows = vec![(0..=symbols.len()).map(|at| !whole || at == symbols.len()).collect::<Vec<bool>>()];
    for parameter in parameters.iter().rev() {
        let next = rows.last().map(Vec::as_slice).unwrap_or_default();
        let fits = |at: usize| parameter.counts(symbols, at).any(|count| next.get(at + count) == Some(&true));
        let row = (0..=symbols.len()).map(fits).collect();
        rows.push(row);
    }
    rows.reverse();
    rows
}

/// Where the bracket that opens at `start` closes.
fn closing(symbols: &[char], start: usize, open: char, close: char) -> usize {
    let mut depth = 1;
    let mut at = start;
    while at < symbols.len() {
        at += 1;
        match symbols.get(at) {
            Some(it) if *it == close => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            Some(it) if *it == open => depth += 1,
            _ => {}
        }
    }
    at
}
