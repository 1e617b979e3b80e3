//! The Choice state.

use std::cmp::Ordering;

use asl::model::{Operator, QueryLanguage};
use jsonata::Value;

use crate::clock;
use crate::errors::{self, Failure};
use crate::execution::{Execution, Flow};
use crate::fiber::{Fiber, FiberId};
use crate::program::{Choice, Condition, Operand, Rule, State, Test};
use crate::scene::Scene;
use crate::states::Leaving;
use crate::template::{Query, QueryKind};

impl Execution {
    pub(super) fn choice(&mut self, id: FiberId, fiber: &mut Fiber, state: &State, choice: &Choice) -> Flow {
        match self.chosen(fiber, state, choice) {
            Ok(leaving) => self.leave(fiber, state, leaving),
            Err(failure) => self.failed(id, fiber, state, failure),
        }
    }

    pub(crate) fn chosen(
        &mut self,
        fiber: &Fiber,
        state: &State,
        choice: &Choice,
    ) -> Result<Leaving, Failure> {
        let input = self.effective_input(fiber, state)?;
        let mut taken = None;
        for rule in &choice.rules {
            if self.with_scene(fiber, state, &input, None, None, |scene| rule.condition.holds(scene))? {
                taken = Some(rule);
                break;
            }
        }
        let (next, assign, output) = match taken {
            Some(Rule { next, assign, output, .. }) => (*next, assign.as_ref(), output.as_ref()),
            None => {
                let next = choice.default.ok_or_else(|| Failure::runtime(errors::NO_CHOICE).own())?;
                (next, state.data.assign.as_ref(), state.data.output.as_ref())
            }
        };
        let assigned = self.assigned(fiber, state, assign, &input, None)?;
        let output = match (state.language, output) {
            (QueryLanguage::Jsonata, Some(template)) => {
                self.with_scene(fiber, state, &input, None, None, |scene| template.evaluate(scene))?
            }
            (QueryLanguage::Jsonata, None) => input,
            (QueryLanguage::JsonPath, _) => self.selected(fiber, state, &state.data.output_path, &input)?,
        };
        self.check_size(fiber, state, &output)?;
        Ok(Leaving { output, assigned, next: Some(next) })
    }
}

impl Condition {
    fn holds(&self, scene: &mut Scene<'_>) -> Result<bool, Failure> {
        match self {
            Condition::Literal(it) => Ok(*it),
            Condition::Expression(expression) => {
                let value = expression.evaluate(scene)?;
                value.as_bool().ok_or_else(|| expression.wrong_type("boolean", &value))
            }
            Condition::Test(test) => test.holds(scene),
        }
    }
}

impl Test {
    fn holds(&self, scene: &mut Scene<'_>) -> Result<bool, Failure> {
        match self {
            Test::And(all) => {
                for test in all {
                    if !test.holds(scene)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Test::Or(any) => {
                for test in any {
                    if test.holds(scene)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Test::Not(test) => Ok(!test.holds(scene)?),
            Test::Compare(it) => compare(scene, &it.variable, it.operator, &it.operand),
        }
    }
}

/// What a path of a rule finds; `None` if nothing.
fn find(scene: &mut Scene<'_>, query: &Query) -> Result<Option<Value>, Failure> {
    match &query.kind {
        QueryKind::Path(path) => Ok(path.find(scene).ok()),
        QueryKind::Call(_) => query.evaluate(scene).map(Some),
    }
}

fn compare(
    scene: &mut Scene<'_>,
    variable: &Query,
    operator: Operator,
    operand: &Operand,
) -> Result<bool, Failure> {
    let missing = |query: &Query| Failure::runtime(errors::choice_path(&query.text)).own();
    let left = find(scene, variable)?;
    if operator == Operator::IsPresent {
        return Ok(Some(left.is_some()) == expected(operand));
    }
    if matches!(&variable.kind, QueryKind::Path(path) if path.reads_nothing(scene.input)) {
        return Err(Failure::runtime(errors::NULL_INPUT).own());
    }
    let left = left.ok_or_else(|| missing(variable))?;
    let right = match operand {
        Operand::Literal(value) => value.clone(),
        Operand::Path(query) => find(scene, query)?.ok_or_else(|| missing(query))?,
    };
    Ok(test(&left, operator, &right))
}

fn expected(operand: &Operand) -> Option<bool> {
    match operand {
        Operand::Literal(value) => value.as_bool(),
        Operand::Path(_) => None,
    }
}

/// Values of other types than the operator's are never equal, less or greater: the rule does not match.
fn test(left: &Value, operator: Operator, right: &Value) -> bool {
    let is = |holds: bool| right.as_bool() == Some(holds);
    // By UTF-16 units, as Java compares.
    let text = || Some(left.as_str()?.encode_utf16().cmp(right.as_str()?.encode_utf16()));
    let number = || left.as_f64()?.partial_cmp(&right.as_f64()?);
    let time = || Some(clock::parse(left.as_str()?)?.cmp(&clock::parse(right.as_str()?)?));
    let less_or_equal = |it: Option<Ordering>| it.is_some_and(Ordering::is_le);
    let more_or_equal = |it: Option<Ordering>| it.is_some_and(Ordering::is_ge);
    match operator {
        Operator::StringEquals => text() == Some(Ordering::Equal),
        Operator::StringLessThan => text() == Some(Ordering::Less),
        Operator::StringGreaterThan => text() == Some(Ordering::Greater),
        Operator::StringLessThanEquals => less_or_equal(text()),
        Operator::StringGreaterThanEquals => more_or_equal(text()),
        Operator::StringMatches => {
            matches!((left.as_str(), right.as_str()), (Some(it), Some(like)) if matches(it, like))
        }
        Operator::NumericEquals => number() == Some(Ordering::Equal),
        Operator::NumericLessThan => number() == Some(Ordering::Less),
        Operator::NumericGreaterThan => number() == Some(Ordering::Greater),
        Operator::NumericLessThanEquals => less_or_equal(number()),
        Operator::NumericGreaterThanEquals => more_or_equal(number()),
        Operator::BooleanEquals => left.as_bool().is_some() && left.as_bool() == right.as_bool(),
        Operator::TimestampEquals => time() == Some(Ordering::Equal),
        Operator::TimestampLessThan => time() == Some(Ordering::Less),
        Operator::TimestampGreaterThan => time() == Some(Ordering::Greater),
        Operator::TimestampLessThanEquals => less_or_equal(time()),
        Operator::TimestampGreaterThanEquals => more_or_equal(time()),
        Operator::IsNull => is(left.is_null()),
        // Asked before, when nothing was found.
        Operator::IsPresent => is(true),
        Operator::IsNumeric => is(left.is_number()),
        Operator::IsString => is(left.is_string()),
        Operator::IsBoolean => is(left.as_bool().is_some()),
        Operator::IsTimestamp => is(left.as_str().and_then(clock::parse).is_some()),
    }
}

/// `StringMatches`: `*` stands for any text, `\*` and `\\` for themselves.
fn matches(text: &str, pattern: &str) -> bool {
    let mut pieces: Vec<String> = vec![String::new()];
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => pieces.push(String::new()),
            '\\' => {
                if let (Some(piece), Some(escaped)) = (pieces.last_mut(), rest.next()) {
                    piece.push(escaped);
                }
            }
            c => {
                if let Some(piece) = pieces.last_mut() {
                    piece.push(c);
                }
            }
        }
    }
    glob(text, &pieces)
}

fn glob(text: &str, pieces: &[String]) -> bool {
    match pieces {
        [] => text.is_empty(),
        [only] => text == only,
        [first, middle @ .., last] => {
            let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
            for piece in middle {
                let Some(at) = rest.find(piece.as_str()) else { return false };
                rest = rest.get(at + piece.len()..).unwrap_or("");
            }
            rest.len() >= last.len() && rest.ends_with(last.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_match_any_text() {
        for (text, pattern, expected) in [
            ("log-1.txt", "log-*.txt", true),
            ("log-.txt", "log-*.txt", true),
            ("log-1.csv", "log-*.txt", false),
            ("abc", "*", true),
            ("", "*", true),
            ("a*c", "a\\*c", true),
            ("abc", "a\\*c", false),
            ("aXbXc", "a*b*c", true),
            ("ab", "a*b*b", false),
        ] {
            assert_eq!(matches(text, pattern), expected, "{text} {pattern}");
        }
    }
}
