//! `Choice` and its rules.

use super::{Builder, assign, expression_of, text, value};
use crate::model::*;
use crate::{Content, Node};

impl Builder<'_> {
    pub(super) fn choice(&self) -> Option<Choice> {
        let rules = self.node.get("Choices")?.elements()?.iter();
        let choices = rules.map(|it| self.rule(it)).collect::<Option<_>>()?;
        Some(Choice { data: self.data(), choices, default: text(self.node, "Default") })
    }

    fn rule(&self, node: &Node) -> Option<ChoiceRule> {
        let condition = match node.get("Condition") {
            Some(condition) => jsonata_condition(condition)?,
            None => Condition::Test(test(node)?),
        };
        Some(ChoiceRule {
            comment: text(node, "Comment"),
            condition,
            next: text(node, "Next")?,
            output: value(node, "Output"),
            assign: assign(node),
        })
    }
}

fn jsonata_condition(node: &Node) -> Option<Condition> {
    match &node.content {
        Content::Bool(it) => Some(Condition::Literal(*it)),
        Content::String(it) => Some(Condition::Expression(expression_of(it)?.to_owned())),
        Content::Null | Content::Number(_) | Content::Array(_) | Content::Object(_) => None,
    }
}

fn test(node: &Node) -> Option<ChoiceTest> {
    if let Some(tests) = node.get("And") {
        return Some(ChoiceTest::And(all_tests(tests)?));
    }
    if let Some(tests) = node.get("Or") {
        return Some(ChoiceTest::Or(all_tests(tests)?));
    }
    if let Some(negated) = node.get("Not") {
        return Some(ChoiceTest::Not(Box::new(test(negated)?)));
    }
    let variable = text(node, "Variable")?;
    let (operator, operand) = node.members()?.iter().find_map(|it| {
        let (operator, is_path) = Operator::from_field(&it.key)?;
        let operand = match is_path {
            true => Operand::Path(it.value.as_str()?.to_owned()),
            false => Operand::Literal(it.value.to_value()),
        };
        Some((operator, operand))
    })?;
    Some(ChoiceTest::Compare(Comparison { variable, operator, operand }))
}

fn all_tests(node: &Node) -> Option<Vec<ChoiceTest>> {
    node.elements()?.iter().map(test).collect()
}
