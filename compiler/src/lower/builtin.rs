//! Functions and methods of the prelude, resolved by the types of what they take.

use super::Lower;
use crate::machine::{Expr, Func, Op};
use crate::typed::{self, Builtin, ExprKind};
use crate::types::{LiteralType, Type};

impl<'a> Lower<'a> {
    /// The call of a builtin over the values of its arguments.
    pub(super) fn builtin(
        &mut self,
        function: Builtin,
        arguments: &'a [typed::Expr],
        mut values: Vec<Expr>,
        whole: &'a typed::Expr,
    ) -> Expr {
        let of = arguments.first().map_or(Type::Unknown, |a| self.present(&a.ty));
        let text = matches!(of, Type::String | Type::Literal(LiteralType::String(_)));
        let nested = self.gives_nested(whole);
        let lambda = matches!(arguments.get(1).map(|a| &a.kind), Some(ExprKind::Lambda { .. }));
        let resolved = match function {
            Builtin::Map if matches!(of, Type::Dict(_)) => Func::MapValues,
            Builtin::Map => Func::Map { nested },
            Builtin::Filter => Func::Filter { nested },
            Builtin::Find => Func::Find { nested: self.may_be_list(&whole.ty) },
            Builtin::Any => Func::Any,
            Builtin::All => Func::All,
            Builtin::Sum if lambda => return self.over(Func::Sum, values),
            Builtin::Sum => Func::Sum,
            Builtin::Count if lambda => Func::CountIf,
            Builtin::Count => Func::Count,
            Builtin::Length if text => Func::Length,
            Builtin::Length => return self.size_of(&of, values),
            Builtin::IsEmpty if text => return values.remove(0).equals(Expr::text("")),
            Builtin::IsEmpty => return self.size_of(&of, values).equals(Expr::number(0)),
            Builtin::SortBy => {
                let time = arguments.get(1).is_some_and(|key| self.is_time(&key.ty));
                return sorted(values, time);
            }
            Builtin::GroupBy => {
                Func::GroupBy { nested: matches!(&of, Type::List(item) if self.may_be_list(item)) }
            }
            Builtin::Distinct => Func::Distinct,
            Builtin::Flatten => Func::Flatten,
            Builtin::Reverse if text => Func::ReverseText,
            Builtin::Reverse => Func::Reverse,
            Builtin::Join => return self.join(values, arguments),
            Builtin::Contains if text => Func::TextContains,
            Builtin::Contains => {
                let values = self.moments(values, &of);
                return self.contains(values, arguments);
            }
            Builtin::IndexOf if text => Func::TextIndexOf,
            Builtin::IndexOf => {
                values = self.moments(values, &of);
                Func::IndexOf
            }
            Builtin::First => return values.remove(0).index(Expr::number(0)),
            Builtin::Last => return values.remove(0).index(Expr::number(-1)),
            Builtin::Take => Func::Take,
            Builtin::Drop => Func::Drop,
            Builtin::Zip => return self.zip(values),
            Builtin::Chunk => Func::Chunk,
            Builtin::Reduce => return reduce(values),
            Builtin::Min => return self.extreme((Func::Min, Func::Lesser), values, &of),
            Builtin::Max => return self.extreme((Func::Max, Func::Greater), values, &of),
            Builtin::Average if lambda => return self.over(Func::Average, values),
            Builtin::Average => Func::Average,
            Builtin::Split => Func::Split,
            Builtin::StartsWith => Func::StartsWith,
            Builtin::EndsWith => Func::EndsWith,
            Builtin::Replace => Func::Replace,
            Builtin::Upper => Func::Upper,
            Builtin::Lower => Func::Lower,
            Builtin::Trim => Func::Trim,
            Builtin::PadStart => Func::PadStart,
            Builtin::PadEnd => Func::PadEnd,
            Builtin::Substring => Func::Substring,
            Builtin::Matches => Func::Matches,
            Builtin::Round => Func::Round,
            Builtin::Floor => Func::Floor,
            Builtin::Ceil => Func::Ceil,
            Builtin::Abs => Func::Abs,
            Builtin::Sqrt => Func::Sqrt,
            Builtin::Power => Func::Power,
            Builtin::Div => Func::Div,
            Builtin::Keys => Func::Keys,
            Builtin::Values => Func::Values { nested },
            Builtin::Entries => Func::Entries,
            Builtin::Merge => Func::Merge,
            Builtin::Get => return self.get(values, &of),
            Builtin::Has => return self.get(values, &of).not_null(),
            Builtin::FromEntries => Func::FromEntries,
            Builtin::Uuid => Func::Uuid,
            Builtin::Now => Func::Now,
            Builtin::Random => Func::Random,
            Builtin::Hash => return hash(values),
            Builtin::Base64 => Func::Base64,
            Builtin::FromBase64 => Func::FromBase64,
            Builtin::UrlEncode => Func::UrlEncode,
            Builtin::UrlDecode => Func::UrlDecode,
            Builtin::ParseJson => Func::ParseJson,
            // In the library it says how messages travel: text as it is, all else as JSON.
            Builtin::ToJson if !self.in_method && self.may_be_text(&of) => Func::ToJsonQuoted,
            Builtin::ToJson => Func::ToJson,
            Builtin::ToString => Func::ToText,
            Builtin::ToNumber => Func::ToNumber,
            Builtin::FormatTime => Func::FormatTime,
            Builtin::FormatNumber => Func::FormatNumber,
            Builtin::ToMillis if matches!(of, Type::Duration) => return values.remove(0),
            Builtin::ToMillis => Func::ToMillis,
            Builtin::FromMillis => Func::FromMillis,
            Builtin::Seconds => return Expr::binary(Op::Divide, values.remove(0), Expr::number(1000)),
        };
        Expr::call(resolved, values)
    }

    /// The type without null.
    pub(super) fn present(&self, ty: &Type) -> Type {
        match self.resolve(ty) {
            Type::Optional(inner) => self.present(inner),
            Type::Union(members) => members.first().map_or(Type::Unknown, |member| self.present(member)),
            other => other.clone(),
        }
    }

    /// Whether the items of a list type may be lists.
    fn gives_nested(&self, whole: &typed::Expr) -> bool {
        match self.resolve(&whole.ty) {
            Type::List(item) => self.may_be_list(item),
            _ => true,
        }
    }

    /// `xs.sum(x => …)` is `xs.map(x => …).sum()`.
    fn over(&mut self, function: Func, values: Vec<Expr>) -> Expr {
        Expr::call(function, vec![Expr::call(Func::Map { nested: false }, values)])
    }

    /// JSONata knows the least and greatest of numbers only: of texts and times it is an end of what is sorted.
    fn extreme(&mut self, (of_list, of_two): (Func, Func), mut values: Vec<Expr>, of: &Type) -> Expr {
        let least = of_list == Func::Min;
        let item = match of {
            Type::List(item) => self.present(item),
            other => other.clone(),
        };
        if self.is_number(&item) {
            return Expr::call(if values.len() == 2 { of_two } else { of_list }, values);
        }
        let list = if values.len() == 2 { Expr::list(values) } else { values.remove(0) };
        let bound = self.m.bound(&"item".into());
        let key = Expr::Lambda(vec![bound], Box::new(Expr::Bound(bound)));
        let sorted = sorted(vec![list, key], self.is_time(&item));
        sorted.index(Expr::number(if least { 0 } else { -1 }))
    }

    fn is_number(&self, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::Union(members) => members.iter().all(|it| self.is_number(it)),
            Type::String | Type::Bytes | Type::Timestamp | Type::Literal(LiteralType::String(_)) => false,
            _ => true,
        }
    }

    /// Whether what is there is a time.
    pub(super) fn is_time(&self, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::Optional(inner) => self.is_time(inner),
            Type::Timestamp => true,
            _ => false,
        }
    }

    /// A list of times and the time that is looked for, as numbers: one time has many texts.
    fn moments(&mut self, values: Vec<Expr>, of: &Type) -> Vec<Expr> {
        let Type::List(item) = of else { return values };
        if !self.is_time(item) {
            return values;
        }
        let mut values = values.into_iter();
        let list = values.next().map(|list| self.instants(list, item));
        list.into_iter().chain(values.map(|value| self.instant(value, item))).collect()
    }

    pub(super) fn instants(&mut self, list: Expr, item: &Type) -> Expr {
        let bound = self.m.bound(&"time".into());
        let body = self.instant(Expr::Bound(bound), item);
        Expr::call(Func::Map { nested: false }, vec![list, Expr::Lambda(vec![bound], Box::new(body))])
    }

    /// Milliseconds since 1970; null stays null.
    pub(super) fn instant(&mut self, time: Expr, ty: &Type) -> Expr {
        let millis = |time| Expr::call(Func::ToMillis, vec![time]);
        if !self.nullable(ty) {
            return millis(time);
        }
        if crate::machine::fold::cheap(&time) {
            return Expr::choose(time.clone().not_null(), millis(time), Expr::Null);
        }
        let bound = self.m.bound(&"time".into());
        let read = Expr::Bound(bound);
        let body = Expr::choose(read.clone().not_null(), millis(read), Expr::Null);
        Expr::Let(bound, Box::new(time), Box::new(body))
    }

    /// JSONata's pairs are lists of two.
    fn zip(&mut self, values: Vec<Expr>) -> Expr {
        let pair = self.m.bound(&"pair".into());
        let at = |index: u8| Expr::call(Func::Branch, vec![Expr::Bound(pair), Expr::number(index)]);
        let body = Expr::record([("first", at(0)), ("second", at(1))]);
        let pairs = Expr::call(Func::Zip, values);
        Expr::call(Func::Map { nested: false }, vec![pairs, Expr::Lambda(vec![pair], Box::new(body))])
    }

    fn size_of(&mut self, of: &Type, values: Vec<Expr>) -> Expr {
        let list = match of {
            Type::Dict(_) | Type::Record(_) => vec![Expr::call(Func::Keys, values)],
            _ => values,
        };
        Expr::call(Func::Count, list)
    }

    fn contains(&mut self, values: Vec<Expr>, arguments: &'a [typed::Expr]) -> Expr {
        let scalar = arguments.get(1).is_some_and(|a| self.is_scalar(&a.ty));
        let mut values = values.into_iter();
        match (scalar, values.next(), values.next()) {
            (true, Some(list), Some(item)) => Expr::binary(Op::In, item, list),
            (false, Some(list), Some(item)) => Expr::call(Func::Contains, vec![list, item]),
            _ => Expr::Boolean(false),
        }
    }

    pub(super) fn is_scalar(&self, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::Optional(inner) => self.is_scalar(inner),
            Type::Union(members) => members.iter().all(|member| self.is_scalar(member)),
            Type::Null
            | Type::Boolean
            | Type::Int
            | Type::Number
            | Type::String
            | Type::Timestamp
            | Type::Duration
            | Type::Bytes
            | Type::Token(_)
            | Type::Literal(_) => true,
            _ => false,
        }
    }

    /// JSONata joins texts only.
    fn join(&mut self, values: Vec<Expr>, arguments: &'a [typed::Expr]) -> Expr {
        let texts = match arguments.first().map(|a| self.present(&a.ty)) {
            Some(Type::List(item)) => {
                matches!(self.present(&item), Type::String | Type::Timestamp | Type::Literal(_))
            }
            _ => false,
        };
        let mut values = values.into_iter();
        let list = values.next().unwrap_or(Expr::List(Vec::new()));
        let list = if texts { list } else { self.each_as_text(list) };
        let mut all = vec![list];
        all.extend(values);
        Expr::call(Func::Join, all)
    }

    fn each_as_text(&mut self, list: Expr) -> Expr {
        let item = self.m.bound(&"item".into());
        let body = Expr::call(Func::ToText, vec![Expr::Bound(item)]);
        Expr::call(Func::Map { nested: false }, vec![list, Expr::Lambda(vec![item], Box::new(body))])
    }

    fn get(&mut self, values: Vec<Expr>, of: &Type) -> Expr {
        let mut values = values.into_iter();
        let (base, key) = (values.next().unwrap_or(Expr::Null), values.next().unwrap_or(Expr::Null));
        match of {
            Type::List(_) => base.index(key),
            _ => Expr::Key { base: Box::new(base), key: Box::new(key) },
        }
    }
}

/// `time`: the keys are times, which are sorted as such, not as text.
fn sorted(mut values: Vec<Expr>, time: bool) -> Expr {
    if let (true, Some(Expr::Lambda(_, body))) = (time, values.get_mut(1)) {
        let key = std::mem::replace(&mut **body, Expr::Null);
        **body = Expr::call(Func::ToMillis, vec![key]);
    }
    Expr::call(Func::SortBy, values)
}

/// `xs.reduce(f, start)` and `xs.reduce(start, f)`: the lambda tells itself.
fn reduce(values: Vec<Expr>) -> Expr {
    let (lambdas, mut rest): (Vec<Expr>, Vec<Expr>) =
        values.into_iter().partition(|v| matches!(v, Expr::Lambda(..)));
    let start = if rest.len() > 1 { rest.remove(1) } else { Expr::Null };
    let mut all = rest;
    all.extend(lambdas);
    all.push(start);
    Expr::call(Func::Reduce, all)
}

fn hash(mut values: Vec<Expr>) -> Expr {
    if values.len() < 2 {
        values.push(Expr::text("SHA-256"));
    }
    Expr::call(Func::Hash, values)
}
