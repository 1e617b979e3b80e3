//! APIs.
use super::deploy::{Deployment, Problems};
use super::template::Template;
use crate::output::OutputFile;

pub(super) fn emit<'a>(_: &Deployment<'a>, _: &mut Template, _: &mut Problems) -> Vec<OutputFile> {
    Vec::new()
}

impl Deployment<'_> {
    pub(super) fn api_stage_path(&self, _: &str) -> String {
        "/live".to_owned()
    }
}
