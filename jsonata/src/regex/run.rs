//! Programs on texts.

use super::compile::{Instruction, Program, fold};
use super::{Captures, Exhausted};

/// Places to go back to; what needs more is given up.
const MAX_STACK: usize = 4_000_000;

/// What to do when a way fails.
enum Undo {
    /// Go on here.
    Branch {
        pc: usize,
        at: usize,
    },
    Slot(usize, Option<usize>),
    Register(usize, usize),
}

struct Machine<'a> {
    program: &'a Program,
    text: &'a str,
    slots: Vec<Option<usize>>,
    registers: Vec<usize>,
    stack: Vec<Undo>,
    steps: u64,
}

pub(super) fn search(
    program: &Program,
    text: &str,
    from: usize,
    steps: &mut u64,
) -> Result<Option<Captures>, Exhausted> {
    let mut machine = Machine {
        program,
        text,
        slots: vec![None; (program.captures + 1) * 2],
        registers: vec![0; program.registers],
        stack: Vec::new(),
        steps: *steps,
    };
    let result = machine.search(from);
    *steps = machine.steps;
    result
}

fn is_word(symbol: Option<char>) -> bool {
    symbol.is_some_and(|it| it.is_ascii_alphanumeric() || it == '_')
}

/// The only character of a case mapping.
fn single(mut mapping: impl Iterator<Item = char>) -> Option<char> {
    let first = mapping.next();
    first.filter(|_| mapping.next().is_none())
}

fn is_line_end(symbol: char) -> bool {
    matches!(symbol, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

impl Machine<'_> {
    fn search(&mut self, from: usize) -> Result<Option<Captures>, Exhausted> {
        let mut start = from;
        loop {
            if let Some(first) = self.program.first {
                match self.text.get(start..).and_then(|it| it.find(first)) {
                    Some(offset) => start += offset,
                    None => return Ok(None),
                }
            }
            self.slots.fill(None);
            self.stack.clear();
            if let Some(end) = self.run(0, start)? {
                return Ok(Some(self.captures(start, end)));
            }
            match self.after(start) {
                Some(symbol) => start += symbol.len_utf8(),
                None => return Ok(None),
            }
        }
    }

    fn captures(&self, start: usize, end: usize) -> Captures {
        let group = |it: &[Option<usize>]| match it {
            [Some(start), Some(end)] => Some(*start..*end),
            _ => None,
        };
        Captures { range: start..end, groups: self.slots.chunks(2).skip(1).map(group).collect() }
    }

    fn after(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    fn before(&self, at: usize) -> Option<char> {
        self.text.get(..at)?.chars().next_back()
    }

    /// The next character in the direction of reading, and the place behind it.
    fn read(&self, at: usize, back: bool) -> Option<(char, usize)> {
        if back {
            let symbol = self.before(at)?;
            return Some((symbol, at - symbol.len_utf8()));
        }
        let symbol = self.after(at)?;
        Some((symbol, at + symbol.len_utf8()))
    }

    /// Runs from an instruction; gives the place where the match, or the look-around, ends.
    fn run(&mut self, pc: usize, at: usize) -> Result<Option<usize>, Exhausted> {
        let floor = self.stack.len();
        let (mut pc, mut at) = (pc, at);
        loop {
            if self.steps == 0 || self.stack.len() > MAX_STACK {
                return Err(Exhausted);
            }
            self.steps -= 1;
            let Some(instruction) = self.program.code.get(pc).copied() else { return Ok(None) };
            let next = match instruction {
                Instruction::Match | Instruction::LookEnd => return Ok(Some(at)),
                Instruction::Split(first, second) => {
                    self.stack.push(Undo::Branch { pc: second, at });
                    Some((first, at))
                }
                Instruction::Jump(target) => Some((target, at)),
                Instruction::Look { negated, next } => self.look(pc + 1, at, negated)?.then_some((next, at)),
                other => self.simple(other, at).map(|at| (pc + 1, at)),
            };
            match next.or_else(|| self.go_back(floor)) {
                Some(next) => (pc, at) = next,
                None => return Ok(None),
            }
        }
    }

    /// Undoes what was done since the last branch, and takes its other way.
    fn go_back(&mut self, floor: usize) -> Option<(usize, usize)> {
        while self.stack.len() > floor {
            match self.stack.pop()? {
                Undo::Branch { pc, at } => return Some((pc, at)),
                undo => self.undo(undo),
            }
        }
        None
    }

    fn undo(&mut self, undo: Undo) {
        match undo {
            Undo::Branch { .. } => {}
            Undo::Slot(number, old) => {
                if let Some(slot) = self.slots.get_mut(number) {
                    *slot = old;
                }
            }
            Undo::Register(number, old) => {
                if let Some(register) = self.registers.get_mut(number) {
                    *register = old;
                }
            }
        }
    }

    fn look(&mut self, pc: usize, at: usize, negated: bool) -> Result<bool, Exhausted> {
        let floor = self.stack.len();
        let found = self.run(pc, at)?.is_some();
        if negated {
            while self.stack.len() > floor {
                if let Some(undo) = self.stack.pop() {
                    self.undo(undo);
                }
            }
            return Ok(!found);
        }
        // A look-around that succeeded is not tried another way, but what it captured can still be undone.
        let kept: Vec<Undo> =
            self.stack.drain(floor..).filter(|it| !matches!(it, Undo::Branch { .. })).collect();
        self.stack.extend(kept);
        Ok(found)
    }

    fn save(&mut self, number: usize, value: Option<usize>) {
        if let Some(slot) = self.slots.get_mut(number) {
            let old = std::mem::replace(slot, value);
            self.stack.push(Undo::Slot(number, old));
        }
    }

    /// The place behind an instruction that has one way only; nothing if it fails.
    fn simple(&mut self, instruction: Instruction, at: usize) -> Option<usize> {
        match instruction {
            Instruction::Char { symbol, back } => {
                let (read, next) = self.read(at, back)?;
                (fold(read, self.program.flags) == symbol).then_some(next)
            }
            Instruction::Any { back } => {
                let (read, next) = self.read(at, back)?;
                (!is_line_end(read)).then_some(next)
            }
            Instruction::Class { number, back } => {
                let (read, next) = self.read(at, back)?;
                self.in_class(number, read).then_some(next)
            }
            Instruction::BackReference { group, back } => self.back_reference(group, at, back),
            Instruction::Start => {
                let line = self.program.flags.multiline && self.before(at).is_some_and(is_line_end);
                (at == 0 || line).then_some(at)
            }
            Instruction::End => {
                let line = self.program.flags.multiline && self.after(at).is_some_and(is_line_end);
                (at == self.text.len() || line).then_some(at)
            }
            Instruction::WordBoundary { negated } => {
                let boundary = is_word(self.before(at)) != is_word(self.after(at));
                (boundary != negated).then_some(at)
            }
            Instruction::Save(number) => {
                self.save(number, Some(at));
                Some(at)
            }
            Instruction::Forget(from, to) => {
                for number in from * 2..to * 2 {
                    self.save(number, None);
                }
                Some(at)
            }
            Instruction::Remember(number) => {
                let register = self.registers.get_mut(number)?;
                let old = std::mem::replace(register, at);
                self.stack.push(Undo::Register(number, old));
                Some(at)
            }
            Instruction::Progress(number) => (self.registers.get(number) != Some(&at)).then_some(at),
            // These are done where the machine runs.
            Instruction::Split(..)
            | Instruction::Jump(_)
            | Instruction::Look { .. }
            | Instruction::LookEnd
            | Instruction::Match => None,
        }
    }

    fn in_class(&self, number: usize, symbol: char) -> bool {
        let Some(class) = self.program.classes.get(number) else { return false };
        let has = |symbol: char| class.ranges.iter().any(|(first, last)| (*first..=*last).contains(&symbol));
        let mut found = has(symbol);
        if !found && self.program.flags.ignore_case {
            found = single(symbol.to_lowercase()).is_some_and(has)
                || single(symbol.to_uppercase()).is_some_and(has);
        }
        found != class.negated
    }

    fn back_reference(&self, group: usize, at: usize, back: bool) -> Option<usize> {
        let (Some(Some(start)), Some(Some(end))) = (self.slots.get(group * 2), self.slots.get(group * 2 + 1))
        else {
            // A group that took no part matches everywhere.
            return Some(at);
        };
        let wanted = self.text.get(*start..*end)?;
        let folded = |it: char| fold(it, self.program.flags);
        let mut place = at;
        let mut same = |symbol: char| match self.read(place, back) {
            Some((read, next)) if folded(read) == folded(symbol) => {
                place = next;
                true
            }
            _ => false,
        };
        let all = if back { wanted.chars().rev().all(&mut same) } else { wanted.chars().all(&mut same) };
        all.then_some(place)
    }
}
