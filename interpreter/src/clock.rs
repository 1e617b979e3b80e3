//! Times: milliseconds since 1970-01-01T00:00:00Z, written and read as AWS does.

/// A point in virtual time, in milliseconds since 1970.
pub type Millis = i64;

const DAY: i64 = 86_400_000;

/// `2026-11-21T08:47:02.125Z`, the form of the context object.
pub fn format(at: Millis) -> String {
    let (days, rest) = (at.div_euclid(DAY), at.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        rest / 3_600_000,
        rest / 60_000 % 60,
        rest / 1000 % 60,
        rest % 1000
    )
}

/// Reads an ISO 8601 "extended offset date-time": date, `T`, time, and `Z` or an offset. Gives
/// nanoseconds since 1970.
pub fn parse(text: &str) -> Option<i128> {
    let mut it = Digits { bytes: text.as_bytes(), at: 0 };
    let (year, month, day) = (it.number(4)?, it.after(b'-')?.number(2)?, it.after(b'-')?.number(2)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let hour = it.after(b'T')?.number(2)?;
    let minute = it.after(b':')?.number(2)?;
    let mut second = 0;
    let mut nanos = 0;
    if it.peek() == Some(b':') {
        second = it.after(b':')?.number(2)?;
        if it.peek() == Some(b'.') {
            nanos = it.after(b'.')?.fraction()?;
        }
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset = it.offset()?;
    if it.at != text.len() {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset;
    Some(i128::from(seconds) * 1_000_000_000 + i128::from(nanos))
}

struct Digits<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Digits<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn after(&mut self, expected: u8) -> Option<&mut Self> {
        (self.peek()? == expected).then(|| self.at += 1)?;
        Some(self)
    }

    fn number(&mut self, len: usize) -> Option<i64> {
        let digits = self.bytes.get(self.at..self.at.checked_add(len)?)?;
        let mut value = 0;
        for digit in digits {
            value = value * 10 + i64::from(char::from(*digit).to_digit(10)?);
        }
        self.at += len;
        Some(value)
    }

    /// One to nine digits, as nanoseconds.
    fn fraction(&mut self) -> Option<i64> {
        let start = self.at;
        let mut value = 0;
        while let Some(digit) = self.peek().and_then(|it| char::from(it).to_digit(10)) {
            value = value * 10 + i64::from(digit);
            self.at += 1;
            if self.at - start > 9 {
                return None;
            }
        }
        let len = self.at - start;
        (len > 0).then(|| value * 10_i64.pow(u32::try_from(9 - len).unwrap_or(0)))
    }

    /// `Z`, `+hh:mm` or `-hh:mm`, in seconds.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.peek()? {
            b'Z' => {
                self.at += 1;
                return Some(0);
            }
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.at += 1;
        let (hours, minutes) = (self.number(2)?, self.after(b':')?.number(2)?);
        (hours <= 18 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
    }
}

fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 of a date (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day since 1970; the inverse of [`days_from_civil`].
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_there_and_back() {
        for text in [
            "1970-01-01T00:00:00.000Z",
            "2024-02-29T23:59:59.999Z",
            "2026-11-21T08:47:02.125Z",
            "1999-12-31T12:00:00.001Z",
        ] {
            let nanos = parse(text).expect("a date");
            assert_eq!(format((nanos / 1_000_000) as i64), text);
        }
    }

    #[test]
    fn only_extended_offset_date_times_are_read() {
        for bad in [
            "",
            "2016-13-05T21:29:29Z",
            "05-12-2016T21:29:29Z",
            "2016-12-05T25:29:29Z",
            "2016-12-05 21:29:29Z",
            "2016-12-05T21:29:29",
            "2023-02-29T00:00:00Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse("2016-12-05T21:29:29+01:00"), parse("2016-12-05T20:29:29Z"));
        assert_eq!(parse("1970-01-01T00:00:00.000001Z"), Some(1000));
    }
}
