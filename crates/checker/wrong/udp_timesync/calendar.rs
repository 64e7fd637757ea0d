//! The time in a format, as a server with nothing but the standard library makes
//! it, and the bugs of that.
//!
//! The judge has a calendar of its own, `src/suites/udp_timesync/calendar.rs`. They
//! are two on purpose: with one, a wrong date would be right here and there, and
//! that the right server passes would prove nothing.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::table::Bug;

/// Conversions of the core and beyond.
const KNOWN: &str = "YmdHMSFT%ybBeIpjaAuszZcxX";
const CORE: &str = "YmdHMSFT%";
const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
const LONG_MONTHS: [&str; 12] = [
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
const LONG_DAYS: [&str; 7] = [
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
];

pub(crate) fn since_1970() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// Minutes ahead of UTC. Only the zones that a judge could ask for.
pub(crate) fn zone() -> i64 {
    match std::env::var("TZ").as_deref() {
        Ok("Asia/Kolkata") => 330,
        _ => 0,
    }
}

/// The answer to a format, or why there is none.
pub(crate) fn fill(format: &str, unix: i64, bug: Bug) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            filled.push(c);
            continue;
        }
        match rest.next() {
            Some(letter) if is_known(letter, bug) => {
                filled += &conversion(letter, unix, bug);
            }
            Some(letter) if bug == Bug::LeavesUnknown => {
                filled.push('%');
                filled.push(letter);
            }
            None if bug == Bug::LonePercent => filled.push('%'),
            Some(letter) => return Err(format!("there is no conversion %{letter}")),
            None => return Err("a lone % at the end".into()),
        }
    }
    match bug {
        Bug::PercentPairs => {
            let one = |text: String, letter: char| {
                text.replace(&format!("%{letter}"), &conversion(letter, unix, Bug::Right))
            };
            Ok(CORE.chars().fold(format.to_owned(), one))
        }
        _ => Ok(filled),
    }
}

fn is_known(letter: char, bug: Bug) -> bool {
    let known = match bug {
        Bug::CoreOnly => CORE,
        _ => KNOWN,
    };
    // As formatting functions of many languages know them.
    known.contains(letter) || (bug == Bug::KnowsMore && "kDRnt".contains(letter))
}

fn conversion(letter: char, unix: i64, bug: Bug) -> String {
    let ahead = match bug {
        Bug::FixedZone => 480,
        Bug::AlwaysUtc => 0,
        _ => zone(),
    };
    let local = unix + ahead * 60;
    let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let (year, month, day) = date(days);
    let again = |format: &str| fill(format, unix, bug).unwrap_or_default();
    let at = |month: i64| usize::try_from(month - 1).unwrap_or(0);
    let day_name = LONG_DAYS[usize::try_from(days.rem_euclid(7)).unwrap_or(0)];
    match letter {
        'Y' if bug == Bug::ShortYear => format!("{:02}", year % 100),
        'Y' => year.to_string(),
        'm' if bug == Bug::MonthFromZero => format!("{:02}", month - 1),
        'm' => format!("{month:02}"),
        'd' => format!("{day:02}"),
        'H' => format!("{hour:02}"),
        'M' => format!("{minute:02}"),
        'S' => format!("{second:02}"),
        'F' => again("%Y-%m-%d"),
        'T' | 'X' => again("%H:%M:%S"),
        '%' => "%".into(),
        'y' => format!("{:02}", year % 100),
        'B' => LONG_MONTHS[at(month)].into(),
        'b' => MONTHS[at(month) * 3..][..3].into(),
        'e' => format!("{day:2}"),
        'I' => format!("{:02}", (hour + 11) % 12 + 1),
        'p' if bug == Bug::SmallLetters => if hour < 12 { "am" } else { "pm" }.into(),
        'p' => if hour < 12 { "AM" } else { "PM" }.into(),
        'j' if bug == Bug::DayFromZero => format!("{:03}", days - days_before(year)),
        'j' => format!("{:03}", days - days_before(year) + 1),
        'A' => day_name.into(),
        'a' => day_name[..3].into(),
        'u' => ((days + 3).rem_euclid(7) + 1).to_string(),
        's' => unix.to_string(),
        'z' => format!("+{:02}{:02}", ahead / 60, ahead % 60),
        'Z' => if ahead == 0 { "UTC" } else { "IST" }.into(),
        'c' => again("%a %b %e %H:%M:%S %Y"),
        'x' => again("%m/%d/%y"),
        other => format!("<{other}>"),
    }
}

fn days_before(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400 - 719_162
}

/// Year, month and day of a day since 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days / 366;
    while days_before(year + 1) <= days {
        year += 1;
    }
    let leap = i64::from(days_before(year + 1) - days_before(year) == 366);
    let mut left = days - days_before(year);
    let mut month = 1;
    for length in [31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}
