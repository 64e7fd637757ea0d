//! The judge's own calendar: what a server must answer to a format.
//!
//! Written out instead of taken from a crate: a bug of a crate that the course's
//! server uses as well would pass on both sides.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Conversions that every server must fill in (UT-1).
pub(super) const CORE: &str = "YmdHMSFT%";
/// Those that only some do (UT-12).
pub(super) const MORE: &str = "ybBeIpjaAuszZcxX";

const DAY: i64 = 86_400;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// A zone without summer time.
#[derive(Clone, Copy)]
pub(super) struct Zone {
    /// Its name, for the variable `TZ`.
    pub(super) name: &'static str,
    letters: &'static str,
    /// Minutes ahead of UTC.
    pub(super) ahead: i64,
}

pub(super) const UTC: Zone = Zone {
    name: "UTC",
    letters: "UTC",
    ahead: 0,
};
/// Half an hour tells more than whole ones.
pub(super) const KOLKATA: Zone = Zone {
    name: "Asia/Kolkata",
    letters: "IST",
    ahead: 330,
};

/// Seconds since 1970 by the judge's clock.
pub(super) fn since_1970() -> Duration {
    // A machine in the year 1969 is judged as if it were 1970.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// `format` with its conversions filled in; one that is none stays as it is.
pub(super) fn fill(format: &str, unix: i64, zone: Zone) -> String {
    let mut filled = String::new();
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            filled.push(c);
            continue;
        }
        match rest.next() {
            Some(c) => filled += &conversion(c, unix, zone),
            None => filled.push('%'),
        }
    }
    filled
}

fn conversion(letter: char, unix: i64, zone: Zone) -> String {
    let local = unix + zone.ahead * 60;
    let (days, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let weekday = weekday(days);
    let again = |format: &str| fill(format, unix, zone);
    match letter {
        'Y' => format!("{year:04}"),
        'm' => format!("{month:02}"),
        'd' => format!("{day:02}"),
        'H' => format!("{hour:02}"),
        'M' => format!("{minute:02}"),
        'S' => format!("{second:02}"),
        'F' => again("%Y-%m-%d"),
        'T' | 'X' => again("%H:%M:%S"),
        '%' => "%".into(),
        'y' => format!("{:02}", year % 100),
        'B' => name(&MONTHS, month - 1).into(),
        'b' => name(&MONTHS, month - 1)[..3].into(),
        'e' => format!("{day:2}"),
        'I' => format!("{:02}", (hour + 11) % 12 + 1),
        'p' => if hour < 12 { "AM" } else { "PM" }.into(),
        'j' => format!("{:03}", days - days_before(year, 1) + 1),
        'A' => name(&WEEKDAYS, weekday).into(),
        'a' => name(&WEEKDAYS, weekday)[..3].into(),
        'u' => format!("{}", weekday + 1),
        's' => unix.to_string(),
        'z' => format!("+{:02}{:02}", zone.ahead / 60, zone.ahead % 60),
        'Z' => zone.letters.into(),
        'c' => again("%a %b %e %H:%M:%S %Y"),
        'x' => again("%m/%d/%y"),
        other => format!("%{other}"),
    }
}

fn name(names: &[&'static str], index: i64) -> &'static str {
    names[usize::try_from(index).unwrap_or(0)]
}

/// 0 is Monday; 1970 began on a Thursday.
fn weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970 to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    let years: i64 = (1970..year).map(|y| 365 + i64::from(is_leap(y))).sum();
    let months: i64 = (1..month).map(|m| days_in(year, m)).sum();
    years + months
}

/// Year, month and day: counted off, since a judge has time.
fn date(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days / 366;
    while days_before(year + 1, 1) <= days {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days_before(year, month + 1) <= days {
        month += 1;
    }
    (year, month, days - days_before(year, month) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `date -u -d @UNIX '+FORMAT'` prints it, in the C locale.
    #[test]
    fn the_calendar_agrees_with_another() {
        let long = "%Y-%m-%d %H:%M:%S %F %T %y %b %B %e %I %p %j %a %A %u %s %z %Z %c %x %X 100%%";
        let cases = [
            (
                0,
                "1970-01-01 00:00:00 1970-01-01 00:00:00 70 Jan January  1 12 AM 001 Thu Thursday 4 0 \
                 +0000 UTC Thu Jan  1 00:00:00 1970 01/01/70 00:00:00 100%",
            ),
            (
                951_827_696,
                "2000-02-29 12:34:56 2000-02-29 12:34:56 00 Feb February 29 12 PM 060 Tue Tuesday 2 \
                 951827696 +0000 UTC Tue Feb 29 12:34:56 2000 02/29/00 12:34:56 100%",
            ),
            (
                1_798_761_599,
                "2026-12-31 23:59:59 2026-12-31 23:59:59 26 Dec December 31 11 PM 365 Thu Thursday 4 \
                 1798761599 +0000 UTC Thu Dec 31 23:59:59 2026 12/31/26 23:59:59 100%",
            ),
        ];
        for (unix, expected) in cases {
            assert_eq!(fill(long, unix, UTC), expected);
        }
        assert_eq!(
            fill("%F %T %z %Z", 1_798_761_599, KOLKATA),
            "2027-01-01 05:29:59 +0530 IST"
        );
        assert_eq!(fill("a%Qb%", 0, UTC), "a%Qb%");
    }

    #[test]
    fn no_conversion_is_forgotten() {
        for letter in CORE.chars().chain(MORE.chars()) {
            let format = format!("%{letter}");
            assert_ne!(fill(&format, 0, UTC), format);
        }
    }
}
