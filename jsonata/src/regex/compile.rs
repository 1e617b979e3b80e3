//! Trees to programs.

use super::Flags;
use super::parse::{Class, Pattern, Tree};

/// Counted repetitions are written out; no more than this.
const MAX_SIZE: usize = 50_000;

#[derive(Debug)]
pub(super) struct Program {
    pub(super) code: Vec<Instruction>,
    pub(super) classes: Vec<Class>,
    pub(super) captures: usize,
    pub(super) registers: usize,
    pub(super) flags: Flags,
    /// The character that every match begins with.
    pub(super) first: Option<char>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Instruction {
    /// `back`: the character before the place, as in a look-behind.
    Char {
        symbol: char,
        back: bool,
    },
    Any {
        back: bool,
    },
    Class {
        number: usize,
        back: bool,
    },
    BackReference {
        group: usize,
        back: bool,
    },
    Start,
    End,
    WordBoundary {
        negated: bool,
    },
    /// Tries the first, later the second.
    Split(usize, usize),
    Jump(usize),
    Save(usize),
    /// Forgets the groups from the first to before the second.
    Forget(usize, usize),
    Remember(usize),
    /// Fails where nothing was matched since `Remember`.
    Progress(usize),
    /// Matches what follows up to `LookEnd` without moving; goes on at `next`.
    Look {
        negated: bool,
        next: usize,
    },
    LookEnd,
    Match,
}

pub(super) fn compile(pattern: &Pattern, flags: Flags) -> Result<Program, String> {
    let program = Program {
        code: Vec::new(),
        classes: Vec::new(),
        captures: pattern.captures,
        registers: 0,
        flags,
        first: first_char(&pattern.tree).filter(|_| !flags.ignore_case),
    };
    let mut compiler = Compiler { program, pattern };
    compiler.tree(&pattern.tree, false)?;
    compiler.push(Instruction::Match)?;
    Ok(compiler.program)
}

fn first_char(tree: &Tree) -> Option<char> {
    match tree {
        Tree::Char(it) => Some(*it),
        Tree::Group { tree, .. } => first_char(tree),
        Tree::All(parts) => first_char(parts.first()?),
        Tree::Repeat { tree, least: 1.., .. } => first_char(tree),
        _ => None,
    }
}

struct Compiler<'a> {
    program: Program,
    pattern: &'a Pattern,
}

impl Compiler<'_> {
    fn push(&mut self, instruction: Instruction) -> Result<usize, String> {
        let at = self.program.code.len();
        if at >= MAX_SIZE {
            return Err("regular expression too large".into());
        }
        self.program.code.push(instruction);
        Ok(at)
    }

    fn here(&self) -> usize {
        self.program.code.len()
    }

    fn set(&mut self, at: usize, instruction: Instruction) {
        if let Some(it) = self.program.code.get_mut(at) {
            *it = instruction;
        }
    }

    fn tree(&mut self, tree: &Tree, back: bool) -> Result<(), String> {
        let instruction = match tree {
            Tree::Empty => return Ok(()),
            Tree::Char(symbol) => Instruction::Char { symbol: fold(*symbol, self.program.flags), back },
            Tree::Any => Instruction::Any { back },
            Tree::Class(class) => {
                let number = self.program.classes.len();
                self.program.classes.push(class.clone());
                Instruction::Class { number, back }
            }
            Tree::Start => Instruction::Start,
            Tree::End => Instruction::End,
            Tree::WordBoundary { negated } => Instruction::WordBoundary { negated: *negated },
            Tree::BackReference(group) => Instruction::BackReference { group: *group, back },
            Tree::NamedReference(name) => {
                let group = self.pattern.names.iter().find(|(it, _)| it == name);
                let Some((_, group)) = group else { return Err("invalid named reference".into()) };
                Instruction::BackReference { group: *group, back }
            }
            Tree::Group { tree, capture: None } => return self.tree(tree, back),
            Tree::Group { tree, capture: Some(number) } => {
                let (first, last) = if back { (1, 0) } else { (0, 1) };
                self.push(Instruction::Save(number * 2 + first))?;
                self.tree(tree, back)?;
                Instruction::Save(number * 2 + last)
            }
            Tree::All(parts) if back => return parts.iter().rev().try_for_each(|it| self.tree(it, back)),
            Tree::All(parts) => return parts.iter().try_for_each(|it| self.tree(it, back)),
            Tree::Either(branches) => return self.either(branches, back),
            Tree::Repeat { tree, least, most, greedy, captures } => {
                return self.repeat(tree, (*least, *most), *greedy, *captures, back);
            }
            Tree::Look { tree, ahead, negated } => return self.look(tree, *ahead, *negated),
        };
        self.push(instruction).map(drop)
    }

    fn either(&mut self, branches: &[Tree], back: bool) -> Result<(), String> {
        let mut ends = Vec::new();
        let Some((last, others)) = branches.split_last() else { return Ok(()) };
        for branch in others {
            let split = self.push(Instruction::Match)?;
            self.tree(branch, back)?;
            ends.push(self.push(Instruction::Match)?);
            self.set(split, Instruction::Split(split + 1, self.here()));
        }
        self.tree(last, back)?;
        for end in ends {
            self.set(end, Instruction::Jump(self.here()));
        }
        Ok(())
    }

    fn look(&mut self, tree: &Tree, ahead: bool, negated: bool) -> Result<(), String> {
        let look = self.push(Instruction::Match)?;
        self.tree(tree, !ahead)?;
        self.push(Instruction::LookEnd)?;
        self.set(look, Instruction::Look { negated, next: self.here() });
        Ok(())
    }

    fn repeat(
        &mut self,
        tree: &Tree,
        (least, most): (u32, Option<u32>),
        greedy: bool,
        captures: (usize, usize),
        back: bool,
    ) -> Result<(), String> {
        for _ in 0..least {
            self.once(tree, captures, back)?;
        }
        match most {
            Some(most) => {
                let mut splits = Vec::new();
                for _ in least..most {
                    splits.push(self.push(Instruction::Match)?);
                    self.once_with_progress(tree, captures, back)?;
                }
                let end = self.here();
                for split in splits {
                    self.set(split, branch(split + 1, end, greedy));
                }
            }
            None => {
                let split = self.push(Instruction::Match)?;
                self.once_with_progress(tree, captures, back)?;
                self.push(Instruction::Jump(split))?;
                self.set(split, branch(split + 1, self.here(), greedy));
            }
        }
        Ok(())
    }

    /// One round of a repetition, which begins without the groups of the round before.
    fn once(&mut self, tree: &Tree, (from, to): (usize, usize), back: bool) -> Result<(), String> {
        if from < to {
            self.push(Instruction::Forget(from + 1, to + 1))?;
        }
        self.tree(tree, back)
    }

    /// A round beyond the least number must match something, or the repetition would never end.
    fn once_with_progress(
        &mut self,
        tree: &Tree,
        captures: (usize, usize),
        back: bool,
    ) -> Result<(), String> {
        if matches!(tree, Tree::Char(_) | Tree::Any | Tree::Class(_)) {
            return self.once(tree, captures, back);
        }
        let register = self.program.registers;
        self.program.registers += 1;
        self.push(Instruction::Remember(register))?;
        self.once(tree, captures, back)?;
        self.push(Instruction::Progress(register)).map(drop)
    }
}

fn branch(inside: usize, outside: usize, greedy: bool) -> Instruction {
    if greedy { Instruction::Split(inside, outside) } else { Instruction::Split(outside, inside) }
}

/// A character as it is compared: in upper case if case is ignored, and if that is one character.
pub(super) fn fold(symbol: char, flags: Flags) -> char {
    if !flags.ignore_case {
        return symbol;
    }
    let mut upper = symbol.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(it), None) if it.is_ascii() == symbol.is_ascii() => it,
        _ => symbol,
    }
}
