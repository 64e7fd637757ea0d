//! Addresses as people write them: `HOST:PORT`, `[v6]:PORT`, `unix:PATH`.

use std::{fmt, net::Ipv6Addr, path::PathBuf, str::FromStr};

/// Where to listen or connect, before any name is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// An IP address or a name, and a port.
    Inet {
        /// Name, IPv4 address or IPv6 address (without brackets).
        host: String,
        /// Port; 0 lets the system choose when listening.
        port: u16,
    },
    /// The path of a Unix domain socket.
    Unix(PathBuf),
}

impl Address {
    /// The IPv4 loopback address with this port.
    #[must_use]
    pub fn loopback(port: u16) -> Self {
        Address::Inet {
            host: "127.0.0.1".to_owned(),
            port,
        }
    }
}

/// Why a text is no address: one sentence, with the spelling that would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressError(String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AddressError {}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = |why: String| Err(AddressError(why));
        if let Some(path) = text.strip_prefix("unix:") {
            return match path {
                "" => wrong("write a path after unix:, as in unix:/tmp/lesson.sock".to_owned()),
                path if path.contains('\0') => wrong("a path cannot contain NUL".to_owned()),
                path => Ok(Address::Unix(PathBuf::from(path))),
            };
        }
        let Some((host, port)) = text.rsplit_once(':') else {
            return wrong("the port is missing: write HOST:PORT, as in 127.0.0.1:9001".to_owned());
        };
        let host = match host.strip_prefix('[') {
            Some(inner) => {
                let Some(inner) = inner.strip_suffix(']') else {
                    return wrong("the closing bracket is missing: write [::1]:PORT".to_owned());
                };
                // A zone such as %eth0 tells link-local addresses apart (RFC 4007 §11).
                let number = inner
                    .split_once('%')
                    .map_or(inner, |(number, _zone)| number);
                if number.parse::<Ipv6Addr>().is_err() {
                    return wrong(format!("{inner:?} in brackets is no IPv6 address"));
                }
                inner
            }
            None if host.contains(':') => {
                return wrong("write an IPv6 address in brackets, as in [::1]:9001".to_owned());
            }
            None => host,
        };
        if host.is_empty() {
            return wrong(format!(
                "the host is missing: write 127.0.0.1:{port}, or 0.0.0.0:{port} for every interface"
            ));
        }
        if host
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '[' || c == ']')
        {
            return wrong(format!("{host:?} is no host name"));
        }
        // parse() alone would accept "+80".
        if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
            return wrong(format!(
                "{port:?} is no port: a port is a number from 0 to 65535"
            ));
        }
        match port.parse() {
            Ok(port) => Ok(Address::Inet {
                host: host.to_owned(),
                port,
            }),
            Err(_) => wrong(format!("port {port} is too large: ports end at 65535")),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Inet { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Address::Inet { host, port } => write!(f, "{host}:{port}"),
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inet(host: &str, port: u16) -> Address {
        Address::Inet {
            host: host.to_owned(),
            port,
        }
    }

    #[test]
    fn spellings() {
        for (text, address) in [
            ("127.0.0.1:9001", inet("127.0.0.1", 9001)),
            ("localhost:0", inet("localhost", 0)),
            ("[::1]:65535", inet("::1", 65535)),
            ("[fe80::1%eth0]:80", inet("fe80::1%eth0", 80)),
            ("unix:/tmp/a:b.sock", Address::Unix("/tmp/a:b.sock".into())),
            ("unix:rel.sock", Address::Unix("rel.sock".into())),
        ] {
            let parsed: Address = text.parse().unwrap();
            assert_eq!(parsed, address);
            assert_eq!(parsed.to_string(), text);
        }
    }

    #[test]
    fn mistakes_say_what_to_write() {
        for (text, part) in [
            ("", "port is missing"),
            ("localhost", "port is missing"),
            (":9001", "host is missing"),
            ("::1:9001", "in brackets"),
            ("[::1:9001", "closing bracket"),
            ("[::1]9001", "closing bracket"),
            ("[1.2.3.4]:80", "no IPv6"),
            ("a b:80", "no host name"),
            ("host:", "no port"),
            ("host:http", "no port"),
            ("host:+80", "no port"),
            ("host:-1", "no port"),
            ("host:65536", "too large"),
            ("host:99999999999999", "too large"),
            ("unix:", "path after unix:"),
        ] {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }
}
