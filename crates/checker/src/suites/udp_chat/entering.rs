//! How one of the judge's addresses becomes a member.

use super::member::Member;
use super::wire::Reply;
use crate::causes::*;
use crate::verdict::Failure;

impl Member {
    /// Gets a cookie and joins with it.
    pub(super) fn join(&mut self) -> Result<(), Failure> {
        self.get_cookie()?;
        self.enter().map(drop)
    }

    pub(super) fn get_cookie(&mut self) -> Result<(), Failure> {
        let ask = format!("JOIN {}", self.name);
        self.cookie = self.ask(&ask, "COOKIE and a cookie", |reply| match reply {
            Reply::Cookie(cookie) => Some(Ok(cookie.clone())),
            Reply::Welcome { .. } => Some(Err(NO_COOKIE)),
            Reply::Err { .. } => Some(Err(JOIN_REFUSED)),
            _ => None,
        })?;
        Ok(())
    }

    /// The JOIN with the cookie it got.
    pub(super) fn join_line(&self) -> String {
        format!("JOIN {} {}", self.name, self.cookie)
    }

    /// Sends the cookie back.
    ///
    /// # Returns
    /// How many members there are.
    pub(super) fn enter(&mut self) -> Result<u32, Failure> {
        let wanted = format!("WELCOME {} and how many members there are", self.name);
        let name = self.name.clone();
        self.ask(&self.join_line(), &wanted, |reply| match reply {
            Reply::Welcome { name: given, count } if *given == name => Some(Ok(*count)),
            Reply::Welcome { .. } => Some(Err(NAME_CHANGED)),
            Reply::Err { .. } => Some(Err(JOIN_REFUSED)),
            // Or one more of those it asked for, which may come late.
            _ => None,
        })
        .map_err(|failure| failure.instead_of(UNANSWERED, COOKIE_UNKNOWN))
    }
}
