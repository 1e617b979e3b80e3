//! Markdown pages as suites: every heading is a case, its fenced blocks are the case's files.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// The blocks under one heading.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Headings from the page's title down, joined with ` / `.
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, Default)]
pub struct Block {
    /// The first word behind the fence: `flow`, `asl`, `json` …
    pub language: String,
    /// What follows it: a file name, a workflow's name.
    pub info: String,
    pub text: String,
    /// Bytes of the text in the page.
    pub range: Range<usize>,
    /// 1-based line in the page of the block's first line.
    pub line: usize,
}

/// Splits a page at its headings. Sections without blocks are left out.
pub fn sections(page: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut headings: Vec<(usize, String)> = Vec::new();
    let mut heading: Option<(usize, String)> = None;
    let mut block: Option<Block> = None;
    for (event, range) in Parser::new(page).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level as usize, String::new())),
            Event::End(TagEnd::Heading(_)) => {
                if let Some((level, text)) = heading.take() {
                    headings.retain(|(above, _)| *above < level);
                    headings.push((level, text));
                    let title =
                        headings.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" / ");
                    sections.push(Section { title, blocks: Vec::new() });
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let (language, info) = info.split_once(' ').unwrap_or((&info, ""));
                // An empty block has no text to take its place from.
                let fence = page.get(range.clone()).and_then(|text| text.find('\n')).map_or(0, |at| at + 1);
                let start = range.start + fence;
                block = Some(Block {
                    language: language.to_owned(),
                    info: info.trim().to_owned(),
                    range: start..start,
                    line: page.get(..start).unwrap_or("").matches('\n').count() + 1,
                    ..Block::default()
                });
            }
            Event::Text(text) | Event::Code(text) => match (&mut heading, &mut block) {
                (Some((_, title)), _) => title.push_str(&text),
                (None, Some(block)) => {
                    if block.text.is_empty() {
                        block.line = page[..range.start].matches('\n').count() + 1;
                        block.range = range.clone();
                    }
                    block.range.end = range.end;
                    block.text.push_str(&text);
                }
                (None, None) => {}
            },
            Event::End(TagEnd::CodeBlock) => {
                if let (Some(block), Some(section)) = (block.take(), sections.last_mut()) {
                    section.blocks.push(block);
                }
            }
            _ => {}
        }
    }
    sections.retain(|section| !section.blocks.is_empty());
    sections
}
