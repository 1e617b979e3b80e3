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

/// The request's names and values without those that its expressions don't use, which DynamoDB refuses.
fn used(request: &str) -> String {
    let mut request: serde_json::Value = serde_json::from_str(request).expect("JSON");
    let named = |member: &&str| member.ends_with("Expression");
    let text = |request: &serde_json::Value| -> String {
        let members = request.as_object().expect("an object");
        let all = members.iter().filter(|(name, _)| named(&name.as_str())).map(|(_, it)| it.to_string());
        all.collect()
    };
    let expressions = text(&request);
    for member in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        let Some(given) = request.get_mut(member).and_then(|it| it.as_object_mut()) else { continue };
        given.retain(|name, _| expressions.contains(name.as_str()));
        if given.is_empty() {
            request.as_object_mut().expect("an object").remove(member);
        }
    }
    request.to_string()
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
    steps(&[("putItem", A, "{}"), ("updateItem", &used(&update), &expected)]);
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
        steps(&[("putItem", A, "{}"), ("deleteItem", &used(&request), expected)]);
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
        "SET #n = :v SET #z = :v",
        "SET #n = #n + #n + #n",
        "%",
    ] {
        let request = format!(
            r##"{{"Key": {{"id": {{"S": "a"}}}}, "UpdateExpression": "{expression}",
                "ExpressionAttributeNames": {{"#n": "n", "#z": "zip"}}, "ExpressionAttributeValues": {{":v": {{"S": "v"}}}}}}"##
        );
        steps(&[("putItem", A, "{}"), ("updateItem", &used(&request), "DynamoDb.DynamoDbException")]);
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

#[test]
fn what_dynamodb_refuses_is_refused() {
    let refused = "DynamoDb.DynamoDbException";
    let many: Vec<String> =
        (0..26).map(|n| format!(r#"{{"DeleteRequest": {{"Key": {{"id": {{"S": "{n}"}}}}}}}}"#)).collect();
    let batch = |requests: &[String]| format!(r#"{{"RequestItems": {{"t": [{}]}}}}"#, requests.join(", "));
    let one = many.first().expect("a request").clone();
    let unused = r##"{"Item": {"id": {"S": "a"}}, "ConditionExpression": "attribute_exists(#a)",
        "ExpressionAttributeNames": {"#a": "a", "#b": "b"}}"##;
    let query = |condition: &str, filter: &str| {
        format!(
            r##"{{"KeyConditionExpression": "{condition}", "FilterExpression": "{filter}",
                "ExpressionAttributeNames": {{"#id": "id", "#n": "n"}},
                "ExpressionAttributeValues": {{":a": {{"S": "a"}}, ":b": {{"S": "b"}}, ":n": {{"N": "1"}}}}}}"##
        )
    };
    steps(&[
        ("putItem", r#"{"Item": {"id": {"S": ""}}}"#, refused),
        ("putItem", unused, refused),
        ("batchWriteItem", &batch(&many), refused),
        ("batchWriteItem", &batch(&[one.clone(), one]), refused),
        ("batchWriteItem", &batch(&[]), refused),
        ("batchWriteItem", &batch(&many[..25]), r#"{"UnprocessedItems": {}}"#),
        ("query", &used(&query("#id = :a", "#n = :n")), r#"{"Count": 0, "Items": [], "ScannedCount": 0}"#),
        ("query", &used(&query("#id > :a", "#n = :n")), refused),
        ("query", &used(&query("#id = :a AND #n = :n", "#n = :n")), refused),
        ("query", &used(&query("#id = :a OR #id = :b", "#n = :n")), refused),
        ("query", &used(&query("#id = :a", "#id <> :b")), refused),
    ]);
}

/// A word that DynamoDB keeps for itself must be written `#…`; syntax and functions are no names.
#[test]
fn reserved_words_are_refused() {
    let update = |expression: &str| {
        let request = format!(
            r#"{{"Key": {{"id": {{"S": "a"}}}}, "UpdateExpression": "{expression}",
                "ExpressionAttributeValues": {{":v": {{"N": "1"}}}}}}"#
        );
        let mut table = Table::new(&Resource { key: Some("id".to_owned()), ..Resource::default() });
        let answer = table.call("updateItem", &json(&request), true).expect("a known action");
        answer.err().and_then(|it| it.cause).map(|it| it.split(" (Service").next().unwrap_or("").to_owned())
    };
    let refused = |word: &str| {
        Some(format!(
            "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: {word}"
        ))
    };
    assert_eq!(update("SET status = :v"), refused("status"));
    assert_eq!(update("set a.Name = :v"), refused("Name"));
    assert_eq!(update("SET n = if_not_exists(n, :v)"), None);
    assert_eq!(update("ADD counted :v"), None);
}

/// API reference, "TransactWriteItems": a token stands for one transaction, for ten minutes.
#[test]
fn a_transaction_is_written_once_under_its_token() {
    let request = |token: &str, id: &str| {
        let put = format!(r#"{{"Put": {{"TableName": "t", "Item": {{"id": {{"S": "{id}"}}}}}}}}"#);
        json(&format!(r#"{{"ClientRequestToken": "{token}", "TransactItems": [{put}]}}"#))
    };
    let mut tokens = super::transact::Tokens::default();
    assert!(tokens.known(&request("x", "a"), 0, true).is_none());
    tokens.remember(&request("x", "a"), 0);
    assert!(matches!(tokens.known(&request("x", "a"), 600_000, true), Some(Ok(_))));
    assert!(tokens.known(&request("x", "a"), 600_001, true).is_none());
    assert!(tokens.known(&request("y", "a"), 0, true).is_none());
    let other = tokens.known(&request("x", "b"), 0, true).and_then(Result::err).and_then(|it| it.error);
    assert_eq!(other.as_deref(), Some("DynamoDb.IdempotentParameterMismatchException"));
}
