//! Durations and sizes as people write them: `50ms`, `2s`, `4KiB`, `100:50ms`.

use std::time::Duration;

/// Longest duration taken: an hour. More is a typing error, and far below where arithmetic on
/// `Instant` could overflow.
const LONGEST: Duration = Duration::from_secs(3600);

/// Parses `50ms`, `1.5s`, `2m`; a bare number is milliseconds.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split_unit(text);
    let value: f64 = number
        .parse()
        .map_err(|_| format!("'{text}' is not a duration such as 50ms or 1.5s"))?;
    let seconds = match unit {
        "" | "ms" => value / 1000.0,
        "s" => value,
        "m" | "min" => value * 60.0,
        _ => return Err(format!("'{unit}' is not a unit of time: use ms, s or min")),
    };
    if !(0.0..=LONGEST.as_secs_f64()).contains(&seconds) {
        return Err(format!("'{text}' is not between 0 and one hour"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// Parses `64`, `4k`, `4KiB`, `1MB`, in bytes. `k` is 1000 and `Ki` is 1024, as in IEC 80000-13.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split_unit(text);
    let value: u64 = number
        .parse()
        .map_err(|_| format!("'{text}' is not a number of bytes such as 64 or 4KiB"))?;
    let factor = match unit {
        "" | "B" => 1,
        "k" | "kB" => 1000,
        "K" | "Ki" | "KiB" => 1024,
        "M" | "MB" => 1_000_000,
        "Mi" | "MiB" => 1024 * 1024,
        _ => {
            return Err(format!(
                "'{unit}' is not a unit of size: use B, k, KiB or MiB"
            ));
        }
    };
    value
        .checked_mul(factor)
        .ok_or_else(|| format!("'{text}' is too large"))
}

/// Parses a size of at least one byte: cutting into pieces of nothing would never end.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn size_above_zero(text: &str) -> Result<u64, String> {
    match size(text)? {
        0 => Err("must be at least 1 byte".to_owned()),
        bytes => Ok(bytes),
    }
}

/// Parses a rate in bytes per second: `1000`, `4KiB/s`.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn rate(text: &str) -> Result<u64, String> {
    size_above_zero(text.strip_suffix("/s").unwrap_or(text))
}

/// Parses `BYTES:DURATION`: after so many bytes, nothing for so long.
///
/// # Errors
///
/// A sentence that says what was expected.
pub(crate) fn pause(text: &str) -> Result<(u64, Duration), String> {
    let (bytes, wait) = text
        .split_once(':')
        .ok_or_else(|| format!("'{text}' is not BYTES:DURATION such as 100:50ms"))?;
    Ok((size(bytes)?, duration(wait)?))
}

/// A duration for people: `0.8 ms` is noise in a lesson, so three decimals of a second.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}

fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_bounds() {
        assert_eq!(duration("50ms"), Ok(Duration::from_millis(50)));
        assert_eq!(duration("50"), Ok(Duration::from_millis(50)));
        assert_eq!(duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("2 min"), Ok(Duration::from_secs(120)));
        for wrong in [
            "", "ms", "-5ms", "5h", "1e9s", "7200s", "nan", "1.2.3s", "inf",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_have_units_and_bounds() {
        assert_eq!(size("64"), Ok(64));
        assert_eq!(size("4k"), Ok(4000));
        assert_eq!(size("4KiB"), Ok(4096));
        assert_eq!(size("2MiB"), Ok(2 * 1024 * 1024));
        for wrong in [
            "",
            "k",
            "-1",
            "1.5",
            "4Q",
            "18446744073709551616",
            "99999999999999999M",
        ] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(rate("4KiB/s"), Ok(4096));
        assert!(rate("0").is_err());
    }

    #[test]
    fn a_pause_is_bytes_and_a_duration() {
        assert_eq!(pause("100:50ms"), Ok((100, Duration::from_millis(50))));
        assert!(pause("100").is_err());
        assert!(pause("x:50ms").is_err());
    }
}
