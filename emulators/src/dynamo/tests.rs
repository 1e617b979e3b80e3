//! Requests and answers, one after the other on one table.

use jsonata::Value;

use super::Table;
use crate::app::Resource;

fn json(text: &str) -> Value {
    text.parse().expect("JSON")
}

/// Each step: action, arguments, answer (or the error's name).
fn steps(all: &[(&str, &str, &str)]) {
    let resource = Resource { key: Some("id".to_owned()), ..Resource::default() };
    let mut table = Table::new(&resource);
    for (action, arguments, expected) in all {
        let answer = table.call(action, &json(arguments), true).expect("a known action");
        match answer {
            Ok(value) => assert_eq!(value, json(expected), "{action} {arguments}"),
            Err(error) => {
                assert_eq!(error.error.as_deref(), Some(*expected), "{action} {arguments} {:?}", error.cause)
            }
        }
    }
}

const A: &str = r#"{"Item": {"id": {"S": "a"}, "n": {"N": "1"}, "tags": {"L": [{"S": "x"}]}, "in": {"M": {"d": {"N": "5"}}}}}"#;

/// An update of item `a`, and what is there then.
fn updated(expression: &str, values: &str, expected: &str) {
    let names = r##"{"#n": "n", "#t": "tags", "#i": "in", "#z": "zip"}"##;
    let update = format!(
        r#"{{"Key": {{"id": {{"S": "a"}}}}, "UpdateExpression": "{expression}", "ReturnValues": "ALL_NEW",
            "ExpressionAttributeNames": {names}, "ExpressionAttributeValues": {values}}}"#
    );
    let expected = format!(r#"{{"Attributes": {expected}}}"#);
    steps(&[("putItem", A, "{}"), ("updateItem", &update, &expected)]);
}

#[test]
fn items_come_back_as_they_were() {
    let item = A.trim_start_matches(r#"{"Item": "#).strip_suffix('}').expect("an object");
    let got = format!(r#"{{"Item": {item}}}"#);
    steps(&[
        ("getItem", r#"{"Key": {"id": {"S": "a"}}}"#, "{}"),
        ("putItem", A, "{}"),
        ("getItem", r#"{"Key": {"id": {"S": "a"}}}"#, &got),
        ("getItem", r#"{"Key": {"other": {"S": "a"}}}"#, "DynamoDb.DynamoDbException"),
        ("putItem", r#"{"Item": {"n": {"N": "1"}}}"#, "DynamoDb.DynamoDbException"),
        (
            "deleteItem",
            r#"{"Key": {"id": {"S": "a"}}, "ReturnValues": "ALL_OLD"}"#,
            &got.replace("Item", "Attributes"),
        ),
        ("getItem", r#"{"Key": {"id": {"S": "a"}}}"#, "{}"),
    ]);
}

#[test]
fn conditions_hold_or_fail() {
    let cases = [
        ("attribute_not_exists(#n)", false),
        ("attribute_exists(#n) AND NOT #n > :two", true),
        ("#n = :one", true),
        ("#n <> :one OR #n IN (:two, :one)", true),
        ("#n BETWEEN :one AND :two", true),
        ("(#n = :two OR #n = :one) AND begins_with(id, :a)", true),
        ("contains(tags, :x)", true),
        ("size(tags) = :one", true),
        ("#missing < :one", false),
        ("#missing <> :one", true),
        ("tags[0] = :x", true),
        ("attribute_type(#n, :type)", true),
    ];
    for (condition, holds) in cases {
        let request = format!(
            r##"{{"Key": {{"id": {{"S": "a"}}}}, "ConditionExpression": "{condition}",
                "ExpressionAttributeNames": {{"#n": "n", "#missing": "missing"}},
                "ExpressionAttributeValues": {{":one": {{"N": "1.0"}}, ":two": {{"N": "2"}}, ":a": {{"S": "a"}},
                    ":x": {{"S": "x"}}, ":type": {{"S": "N"}}}}}}"##
        );
        let expected = if holds { "{}" } else { "DynamoDb.ConditionalCheckFailedException" };
        steps(&[("putItem", A, "{}"), ("deleteItem", &request, expected)]);
    }
}

#[test]
fn updates_read_the_old_item() {
    let with = |n: &str, tags: &str| {
        format!(r#"{{"id": {{"S": "a"}}, "n": {n}, "tags": {tags}, "in": {{"M": {{"d": {{"N": "5"}}}}}}}}"#)
    };
    let (one, tags) = (r#"{"N": "1"}"#, r#"{"L": [{"S": "x"}]}"#);
    updated("SET #n = #n + :v", r#"{":v": {"N": "4"}}"#, &with(r#"{"N": "5"}"#, tags));
    updated("SET #n = #i.d - :v", r#"{":v": {"N": "2"}}"#, &with(r#"{"N": "3"}"#, tags));
    updated("SET #n = if_not_exists(#z, :v)", r#"{":v": {"N": "9"}}"#, &with(r#"{"N": "9"}"#, tags));
    updated("ADD #n :v", r#"{":v": {"N": "2"}}"#, &with(r#"{"N": "3"}"#, tags));
    updated(
        "SET #t = list_append(#t, :v)",
        r#"{":v": {"L": [{"S": "y"}]}}"#,
        &with(one, r#"{"L": [{"S": "x"}, {"S": "y"}]}"#),
    );
    updated("SET #t[0] = :v", r#"{":v": {"S": "y"}}"#, &with(one, r#"{"L": [{"S": "y"}]}"#));
    updated("REMOVE #t[0] SET #n = :v", r#"{":v": {"N": "2"}}"#, &with(r#"{"N": "2"}"#, r#"{"L": []}"#));
}

#[test]
fn what_is_no_expression_is_refused() {
    for expression in [
        "SET #n",
        "SET #n = :missing",
        "SET #unknown = :v",
        "PUT #n = :v",
        "SET #z.a = :v",
        "SET #n = #z",
        "SET id = :v",
        "%",
    ] {
        let request = format!(
            r##"{{"Key": {{"id": {{"S": "a"}}}}, "UpdateExpression": "{expression}",
                "ExpressionAttributeNames": {{"#n": "n", "#z": "zip"}}, "ExpressionAttributeValues": {{":v": {{"S": "v"}}}}}}"##
        );
        steps(&[("putItem", A, "{}"), ("updateItem", &request, "DynamoDb.DynamoDbException")]);
    }
}

#[test]
fn pages_end_where_the_limit_is() {
    let put = |id: &str| format!(r#"{{"Item": {{"id": {{"S": "{id}"}}}}}}"#);
    let (a, b) = (r#"{"id": {"S": "a"}}"#, r#"{"id": {"S": "b"}}"#);
    steps(&[
        ("putItem", &put("a"), "{}"),
        ("putItem", &put("b"), "{}"),
        (
            "scan",
            r#"{"Limit": 1}"#,
            &format!(r#"{{"Count": 1, "Items": [{a}], "ScannedCount": 1, "LastEvaluatedKey": {a}}}"#),
        ),
        (
            "scan",
            &format!(r#"{{"Limit": 1, "ExclusiveStartKey": {a}}}"#),
            &format!(r#"{{"Count": 1, "Items": [{b}], "ScannedCount": 1}}"#),
        ),
        ("query", "{}", "DynamoDb.DynamoDbException"),
    ]);
}
