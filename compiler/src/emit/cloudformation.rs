//! Plain CloudFormation: code in folders is taken from a bucket, where `flow deploy` (or any pipeline) puts it.

use serde_json::json;

use super::sam::folder;
use super::template::Template;

/// Where a packaged function's code lies, as parameters of the template.
pub const CODE_BUCKET: &str = "CodeBucket";
pub const CODE_PREFIX: &str = "CodePrefix";

/// Turns folders of code into objects of the bucket `CodeBucket`: `<CodePrefix><function>.zip`.
pub fn finish(template: &mut Template) {
    let mut packaged = false;
    for (id, resource) in &mut template.resources {
        if folder(resource).is_none() {
            continue;
        }
        packaged = true;
        let key = json!({ "Fn::Sub": format!("${{{CODE_PREFIX}}}{}.zip", super::ids::camel(id)) });
        let code = json!({ "S3Bucket": { "Ref": CODE_BUCKET }, "S3Key": key });
        resource.properties.insert("Code".into(), code);
    }
    if packaged {
        let bucket = json!({ "Type": "String", "Description": "Bucket with the functions' code" });
        let prefix =
            json!({ "Type": "String", "Default": "", "Description": "What the code's keys begin with" });
        template.parameters.insert(CODE_BUCKET.into(), bucket);
        template.parameters.insert(CODE_PREFIX.into(), prefix);
    }
}
