//! Any text as an address: refused with a reason, or printed and read back the
//! same.

#![no_main]

use common::address::Address;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    match text.parse::<Address>() {
        Ok(address) => {
            assert_eq!(address.to_string().parse(), Ok(address.clone()));
            match address {
                Address::Inet { host, .. } => assert!(!host.is_empty()),
                Address::Unix(path) => assert!(path.as_os_str() != ""),
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
