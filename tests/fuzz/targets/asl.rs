//! Reading and validating a definition, whatever the text, in both notations.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for format in [asl::Format::Json, asl::Format::Yaml] {
        let Some(document) = asl::read(text, format).document else {
            continue;
        };
        for machine_type in [asl::MachineType::Standard, asl::MachineType::Express] {
            let options = asl::Options { machine_type, ..asl::Options::default() };
            for found in asl::validate(&document, &options) {
                let span = found.span.unwrap_or_default();
                assert!(text.get(span.start..span.end).is_some());
            }
        }
    }
});
