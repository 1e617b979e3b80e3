//! The models themselves: every service readable, every reference leading somewhere, the facts that are known to be easy to
//! get wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]
// Helpers stand outside of `#[test]`, where clippy lets tests do so.

use std::collections::HashSet;

use models::{
    Action, ErrorName, Flavor, Lookup, Pattern, Resource, Shape, ShapeRef, Statement, action, error_known,
};

fn find(service: &str, name: &str, flavor: Flavor) -> Action {
    match action(service, name, flavor) {
        Lookup::Found(action) => action,
        other => panic!("{service}:{name}: {other:?}"),
    }
}

fn sdk(service: &str, name: &str) -> Action {
    find(service, name, Flavor::Sdk)
}

/// Follows all references; gives the number of records.
fn walk(shape: ShapeRef, seen: &mut HashSet<ShapeRef>) {
    let mut open = vec![shape];
    while let Some(shape) = open.pop() {
        if !seen.insert(shape) {
            continue;
        }
        match shape.shape() {
            Shape::List(item) | Shape::Map(item) => open.push(item),
            Shape::Record(record) => open.extend(record.members.iter().map(|it| it.shape)),
            Shape::Json => assert_eq!(shape.key().1, "j", "unreadable: {:?}", shape.key()),
            Shape::String { .. }
            | Shape::Int
            | Shape::Number
            | Shape::Boolean
            | Shape::Timestamp
            | Shape::Bytes => {}
        }
    }
}

#[test]
fn every_action_is_readable() {
    let (mut actions, mut seen, mut wrong) = (0, HashSet::new(), vec![]);
    for service in models::services() {
        for flavor in [Flavor::Optimized, Flavor::Sdk] {
            for name in service.actions(flavor) {
                let action = find(service.name(), name, flavor);
                actions += 1;
                action.arguments().into_iter().for_each(|it| walk(it, &mut seen));
                let patterns = action.patterns().iter();
                patterns.filter_map(|it| action.result(*it)).for_each(|it| walk(it, &mut seen));
                let paths = iam_paths(&action).into_iter().chain(page_paths(&action));
                wrong.extend(
                    paths.filter(|it| !known(*it)).map(|(_, path)| format!("{} {path}", line_of(&action))),
                );
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(actions, 19_788 + 64);
}

fn line_of(action: &Action) -> String {
    action.resource(Pattern::Request)
}

type Path = (Option<ShapeRef>, &'static str);

fn known((shape, path): Path) -> bool {
    let plain = path.split_once('|').map_or(path, |(path, _)| path);
    shape.is_some_and(|it| it.at(plain).is_some())
}

/// The arguments that the action's statements name.
fn iam_paths(action: &Action) -> Vec<Path> {
    let arguments = action.arguments();
    let statements: Vec<Statement> = action.patterns().iter().flat_map(|it| action.iam(*it)).collect();
    let resources: Vec<Resource> = statements.iter().flat_map(|it| it.resources.clone()).collect();
    let places = resources.iter().flat_map(|it| it.arguments());
    let named = resources.iter().filter_map(|it| it.whole).chain(places);
    named.chain(statements.iter().filter_map(|it| it.when)).map(|it| (arguments, it)).collect()
}

/// The arguments and the fields that its pagination names.
fn page_paths(action: &Action) -> Vec<Path> {
    let Some(pages) = action.pagination() else { return vec![] };
    let result = action.result(Pattern::Request);
    let outputs = pages.outputs.into_iter().chain(pages.more).chain(pages.items);
    let outputs = outputs.flat_map(|it| it.split("||")).map(|it| (result, it));
    pages.inputs.into_iter().map(|it| (action.arguments(), it)).chain(outputs).collect()
}

#[test]
fn names_are_spelled_as_step_functions_does() {
    let argument = |action: Action, name: &str| {
        action.arguments().and_then(|it| it.record()).unwrap().member(name).copied()
    };
    assert!(argument(sdk("rds", "describeDBInstances"), "DbInstanceIdentifier").is_some());
    assert!(argument(sdk("s3", "putObject"), "ChecksumCRC32").is_some());
    let key = argument(sdk("s3", "putObject"), "SsekmsKeyId").unwrap();
    assert_eq!(key.other, Some("SSEKMSKeyId"));
    assert_eq!(key.shape.shape(), Shape::String { values: vec![] });
    assert_eq!(argument(sdk("s3", "putObject"), "Body").unwrap().shape.shape(), Shape::Json);
    let body = sdk("s3", "getObject").result(Pattern::Request).unwrap().at("Body").unwrap();
    assert_eq!(body.shape(), Shape::String { values: vec![] });
    assert!(argument(sdk("ec2", "runInstances"), "DryRun").is_none());
    assert!(
        sdk("ec2", "describeImages")
            .result(Pattern::Request)
            .unwrap()
            .at("Images[].PublicLaunchPermissions")
            .is_some()
    );
    assert!(argument(sdk("sfn", "startExecution"), "StateMachineArn").unwrap().required);
    // The SDK fills it in.
    assert!(!argument(sdk("athena", "createNotebook"), "ClientRequestToken").unwrap().required);
}

#[test]
fn attribute_values_are_spelled_by_flavor() {
    let names = |flavor| {
        let item = find("dynamodb", "putItem", flavor).arguments().unwrap().at("Item[keys]").unwrap();
        item.record().unwrap().members.iter().map(|it| it.name).collect::<Vec<_>>()
    };
    assert_eq!(names(Flavor::Optimized), ["S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"]);
    assert_eq!(names(Flavor::Sdk), ["S", "N", "B", "Ss", "Ns", "Bs", "M", "L", "Nul", "Bool"]);
}

#[test]
fn shapes_have_their_bounds() {
    let bounds = |shape: ShapeRef, path: &str| {
        let bounds = shape.at(path).unwrap().bounds();
        (bounds.least, bounds.most)
    };
    let function = sdk("lambda", "getFunction").result(Pattern::Request).unwrap();
    assert_eq!(bounds(function, "Configuration.MemorySize"), (Some(128.0), Some(32_768.0)));
    let encrypt = sdk("kms", "encrypt");
    assert_eq!(
        bounds(encrypt.result(Pattern::Request).unwrap(), "CiphertextBlob"),
        (Some(1.0), Some(6144.0))
    );
    assert_eq!(bounds(encrypt.arguments().unwrap(), "GrantTokens"), (None, Some(10.0)));
    assert_eq!(bounds(encrypt.arguments().unwrap(), "GrantTokens[0]"), (Some(1.0), Some(8192.0)));
    assert_eq!(bounds(encrypt.arguments().unwrap(), "DryRun"), (None, None));
}

#[test]
fn optimized_integrations_take_and_give_what_they_convert() {
    let shape = |service, name, path: &str| {
        find(service, name, Flavor::Optimized).arguments().and_then(|it| it.at(path)).map(|it| it.shape())
    };
    assert_eq!(shape("lambda", "invoke", "Payload"), Some(Shape::Json));
    assert_eq!(shape("sqs", "sendMessage", "MessageBody"), Some(Shape::Json));
    assert_eq!(shape("events", "putEvents", "Entries[].Detail"), Some(Shape::Json));
    assert!(shape("ecs", "runTask", "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp").is_some());
    assert_eq!(
        shape("elasticmapreduce", "addStep", "Step.HadoopJarStep.Jar"),
        Some(Shape::String { values: vec![] })
    );
    assert_eq!(shape("elasticmapreduce", "createCluster", "Steps"), None);
    assert!(matches!(shape("http", "invoke", "Method"), Some(Shape::String { values }) if values.len() == 7));
    let output = |pattern| {
        find("states", "startExecution", Flavor::Optimized).result(pattern).unwrap().at("Output").unwrap()
    };
    assert_eq!(output(Pattern::Sync).shape(), Shape::String { values: vec![] });
    assert_eq!(output(Pattern::Sync2).shape(), Shape::Json);
    assert_eq!(find("states", "startExecution", Flavor::Optimized).result(Pattern::Token), None);
    let task = find("ecs", "runTask", Flavor::Optimized).result(Pattern::Sync).unwrap();
    assert!(task.at("Containers[].ExitCode").is_some());
}

#[test]
fn misspelt_names_have_close_ones() {
    let services = |name| match action(name, "getItem", Flavor::Sdk) {
        Lookup::NoService { close } => close,
        other => panic!("{other:?}"),
    };
    assert_eq!(services("dynamodbb")[0], "dynamodb");
    assert_eq!(services("logs")[0], "cloudwatchlogs");
    assert_eq!(services("states")[0], "sfn");
    assert!(services("qqqqqqqqqqqq").is_empty());
    let actions = |service, name, flavor| match action(service, name, flavor) {
        Lookup::NoAction { close, .. } => close.first().copied(),
        other => panic!("{other:?}"),
    };
    assert_eq!(actions("dynamodb", "getItm", Flavor::Sdk), Some("getItem"));
    assert_eq!(actions("dynamodb", "GetItem", Flavor::Optimized), Some("getItem"));
    assert_eq!(actions("rds", "describeDbInstances", Flavor::Sdk), Some("describeDBInstances"));
    assert_eq!(actions("lambda", "qqqqqqqqqqqqq", Flavor::Sdk), None);
}

#[test]
fn errors_are_known_by_flavor() {
    for name in [
        "S3.NoSuchKeyException",
        "S3.S3Exception",
        "Rds.DbInstanceNotFoundException",
        "DynamoDb.ConditionalCheckFailedException",
        "DynamoDB.ConditionalCheckFailedException",
        "DynamoDB.AmazonDynamoDBException",
        "SQS.AmazonSQSException",
        "Lambda.TooManyRequestsException",
        "Lambda.Unknown",
        "Sfn.InvalidTokenException",
        "StepFunctions.StateMachineDoesNotExistException",
        "SecretsManager.SecretsManagerException",
        "EventBridge.FailedEntry",
        "Glue.EntityNotFoundException",
        "CodeBuild.AWSCodeBuildException",
        "SNS.InvalidParameterException",
        "ApiGateway.403",
        "States.Timeout",
        "States.Http.StatusCode.429",
    ] {
        assert_eq!(error_known(name), ErrorName::Known, "{name}");
    }
    let close = |name| match error_known(name) {
        ErrorName::Unknown { close } => close.first().cloned().unwrap_or_default(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(close("States.Timout"), "States.Timeout");
    assert_eq!(close("State.ALL"), "States.ALL");
    assert_eq!(close("DynamoDb.ConditionalCheckFailed"), "DynamoDb.ConditionalCheckFailedException");
    assert_eq!(close("Dynamodb.ConditionalCheckFailedException"), "DynamoDb.ConditionalCheckFailedException");
    assert_eq!(close("S3.NoSuchKey"), "S3.NoSuchKeyException");
    for name in ["EMR.AmazonElasticMapReduceException", "Bedrock.ModelTimeoutException", "EKS.409"] {
        assert_eq!(error_known(name), ErrorName::Custom, "{name}: its integration's names aren't known");
    }
    for name in ["CardDeclined", "com.example.Declined", "Sandbox.Timedout"] {
        assert_eq!(error_known(name), ErrorName::Custom, "{name}");
    }
    let raised = |flavor| find("dynamodb", "putItem", flavor).errors();
    assert!(raised(Flavor::Sdk).contains(&"DynamoDb.ConditionalCheckFailedException".to_owned()));
    assert!(raised(Flavor::Optimized).contains(&"DynamoDB.ConditionalCheckFailedException".to_owned()));
    let throttling = sdk("dynamodb", "putItem").throttling_errors();
    let wanted = ["ProvisionedThroughputExceeded", "RequestLimitExceeded", "Throttling"];
    assert_eq!(throttling, wanted.map(|it| format!("DynamoDb.{it}Exception")));
    assert_eq!(sdk("sfn", "sendTaskSuccess").throttling_errors(), Vec::<String>::new());
    assert!(!find("dynamodb", "getItem", Flavor::Sdk).errors().iter().any(|it| it.contains("Conditional")));
}

/// A statement as one line: `when? action… @ arn…`.
fn line(statement: &Statement) -> String {
    let when = statement.when.map_or(String::new(), |it| format!("{it}? "));
    let arns = statement.resources.iter().map(|it| {
        let whole = it.whole.map_or(String::new(), |it| format!("{it}="));
        let short = it.template.replace("arn:${Partition}:", "").replace("${Region}:${Account}:", "");
        format!("{}{whole}{short}", if it.optional { "?" } else { "" })
    });
    format!("{when}{} @ {}", statement.actions.join(","), arns.collect::<Vec<_>>().join(" "))
}

#[test]
fn permissions_follow_the_arguments() {
    let cases: [(&str, &str, &[&str]); 28] = [
        ("dynamodb", "getItem", &["dynamodb:GetItem @ dynamodb:table/{TableName}"]),
        (
            "dynamodb",
            "query",
            &["dynamodb:Query @ ?dynamodb:table/{TableName}/index/{IndexName} dynamodb:table/{TableName}"],
        ),
        ("dynamodb", "batchGetItem", &["dynamodb:BatchGetItem @ dynamodb:table/{RequestItems[keys]}"]),
        (
            "dynamodb",
            "transactGetItems",
            &["dynamodb:GetItem @ dynamodb:table/{TransactItems[].Get.TableName}"],
        ),
        ("s3", "listObjectsV2", &["s3:ListBucket @ s3:::{Bucket}"]),
        (
            "s3",
            "getObject",
            &["s3:GetObject @ s3:::{Bucket}/{Key}", "VersionId? s3:GetObjectVersion @ s3:::{Bucket}/{Key}"],
        ),
        (
            "s3",
            "copyObject",
            &[
                "s3:GetObject @ s3:::{CopySource}",
                "s3:PutObject @ s3:::{Bucket}/{Key}",
                "TaggingDirective? s3:PutObjectTagging @ s3:::{Bucket}/{Key}",
            ],
        ),
        ("s3", "deleteObjects", &["s3:DeleteObject @ s3:::{Bucket}/{Delete.Objects[].Key}"]),
        (
            "lambda",
            "invoke",
            &[
                "lambda:InvokeFunction @ FunctionName=lambda:function:{FunctionName} FunctionName=lambda:function:{FunctionName}:*",
            ],
        ),
        ("sqs", "sendMessageBatch", &["sqs:SendMessage @ sqs:{QueueUrl}"]),
        ("sfn", "startSyncExecution", &["states:StartSyncExecution @ StateMachineArn=states:stateMachine:*"]),
        ("sfn", "sendTaskSuccess", &["states:SendTaskSuccess @ "]),
        ("glue", "startCrawler", &["glue:StartCrawler @ glue:crawler/{Name}"]),
        ("ec2", "createTags", &["ec2:CreateTags @ ec2:*"]),
        (
            "cloudwatchlogs",
            "putMetricFilter",
            &["logs:PutMetricFilter @ logs:log-group:{LogGroupName} logs:log-group:{LogGroupName}:*"],
        ),
        ("eventbridge", "putEvents", &["events:PutEvents @ events:event-bus/{Entries[].EventBusName}"]),
        (
            "cloudwatchlogs",
            "putLogEvents",
            &["logs:PutLogEvents @ logs:log-group:{LogGroupName}:log-stream:{LogStreamName}"],
        ),
        ("ssm", "getParameter", &["ssm:GetParameter @ ssm:parameter/{Name}"]),
        (
            "secretsmanager",
            "getSecretValue",
            &["secretsmanager:GetSecretValue @ SecretId=secretsmanager:secret:{SecretId}-??????"],
        ),
        (
            "kms",
            "reEncrypt",
            &["kms:ReEncryptFrom @ kms:key/{SourceKeyId}", "kms:ReEncryptTo @ kms:key/{DestinationKeyId}"],
        ),
        ("glue", "startJobRun", &["glue:StartJobRun @ glue:job/{JobName}"]),
        (
            "apigateway",
            "getResources",
            &["apigateway:GET @ apigateway:${Region}::/restapis/{RestApiId}/resources"],
        ),
        ("iotdataplane", "publish", &["iot:Publish @ iot:topic/{Topic}"]),
        (
            "cognitoidentityprovider",
            "adminGetUser",
            &["cognito-idp:AdminGetUser @ cognito-idp:userpool/{UserPoolId}"],
        ),
        ("comprehend", "detectSentiment", &["comprehend:DetectSentiment @ "]),
        ("comprehend", "detectEntities", &["comprehend:DetectEntities @ "]),
        (
            "rekognition",
            "detectModerationLabels",
            &[
                "rekognition:DetectModerationLabels @ ",
                "Image.S3Object? s3:GetObject @ s3:::{Image.S3Object.Bucket}/{Image.S3Object.Name}",
            ],
        ),
        ("kinesis", "putRecord", &["kinesis:PutRecord @ StreamARN=kinesis:stream/{StreamName}"]),
    ];
    let mut wrong = vec![];
    for (service, name, wanted) in cases {
        let found: Vec<String> = sdk(service, name).iam(Pattern::Request).iter().map(line).collect();
        if found != wanted {
            wrong.push(format!("{service}:{name} {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn templates_are_filled() {
    let statements = sdk("s3", "getObject").iam(Pattern::Request);
    let object = statements[0].resources[0];
    assert_eq!(object.arguments(), ["Bucket", "Key"]);
    let arn = object.arn(|it| (it == "Bucket").then(|| "photos".to_owned()));
    assert_eq!(arn, "arn:${Partition}:s3:::photos/*");
    let arn = |service, name, value: &str| {
        let statements = sdk(service, name).iam(Pattern::Request);
        statements[0].resources[0].arn(|_| Some(value.to_owned()))
    };
    assert_eq!(
        arn("sqs", "sendMessage", "https://sqs.eu-west-1.amazonaws.com/1/jobs"),
        "arn:${Partition}:sqs:${Region}:${Account}:jobs"
    );
    assert_eq!(arn("ssm", "getParameter", "/a/b"), "arn:${Partition}:ssm:${Region}:${Account}:parameter/a/b");
    assert_eq!(arn("sns", "publish", "arn:aws:sns:eu-west-1:1:news"), "arn:aws:sns:eu-west-1:1:news");
    assert_eq!(arn("sns", "publish", "?"), "arn:${Partition}:sns:${Region}:${Account}:*");
    assert_eq!(
        arn("ecs", "describeTasks", "arn:aws:ecs:eu-west-1:1:cluster/c"),
        "arn:aws:ecs:eu-west-1:1:cluster/c"
    );
    let sync = find("states", "startExecution", Flavor::Optimized).iam(Pattern::Sync);
    let execution = sync.iter().find(|it| it.actions[0] == "states:DescribeExecution").unwrap().resources[0];
    assert_eq!(
        execution.arn(|_| Some("arn:aws:states:eu-west-1:1:stateMachine:child".to_owned())),
        "arn:${Partition}:states:${Region}:${Account}:execution:child:*"
    );
}

#[test]
fn pages_have_their_tokens() {
    let pages = |service, name| sdk(service, name).pagination().unwrap();
    let objects = pages("s3", "listObjectsV2");
    assert_eq!((objects.inputs, objects.outputs), (vec!["ContinuationToken"], vec!["NextContinuationToken"]));
    assert_eq!((objects.more, objects.items), (Some("IsTruncated"), vec!["Contents", "CommonPrefixes"]));
    assert_eq!(pages("dynamodb", "scan").inputs, ["ExclusiveStartKey"]);
    let statement = pages("dynamodb", "executeStatement");
    assert_eq!((statement.inputs, statement.items), (vec!["NextToken"], vec!["Items"]));
    assert_eq!(sdk("dynamodb", "getItem").pagination(), None);
}

#[test]
fn names_of_any_kind_are_answered() {
    for name in
        ["", " ", "|", "\n", "\t", "ä", "dynamodb|", "DYNAMODB", "-", "$", "@", "zzzz", "aaaa", "\u{0}"]
    {
        for flavor in [Flavor::Optimized, Flavor::Sdk] {
            assert!(!matches!(action(name, name, flavor), Lookup::Found(_)), "{name}");
            assert!(!matches!(action("dynamodb", name, flavor), Lookup::Found(_)), "{name}");
        }
        error_known(name);
        error_known(&format!("{name}.{name}"));
        assert!(
            models::resource(&format!("arn:aws:states:::{name}")).is_none_or(|it| it.service.is_empty()),
            "{name}"
        );
    }
}

#[test]
fn pages_of_documentation_are_named() {
    let link = |service, name, flavor| find(service, name, flavor).documentation();
    let page = "https://docs.aws.amazon.com/goto/WebAPI/dynamodb-2012-08-10/GetItem".to_owned();
    assert_eq!(link("dynamodb", "getItem", Flavor::Sdk), Some(page.clone()));
    assert_eq!(link("dynamodb", "getItem", Flavor::Optimized), Some(page));
    assert_eq!(link("http", "invoke", Flavor::Optimized), None);
}

#[test]
fn what_step_functions_refuses_is_marked() {
    assert!(sdk("bedrockruntime", "converseStream").refused().is_some());
    assert!(sdk("sts", "assumeRole").refused().is_some());
    assert!(sdk("dynamodb", "getItem").refused().is_none());
}
