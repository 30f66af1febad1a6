//! [`Effective`]: the settings in force, and where each came from.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    error::{ConfigError, Origin},
    options::{GROUPS, Opt, options},
    settings::Settings,
};

/// One value that somebody gave to an option, before any check.
#[derive(Debug)]
pub struct Given {
    pub option: &'static Opt,
    pub origin: Origin,
    pub value: toml::Value,
}

/// The settings in force, and where each came from.
#[derive(Debug, Default)]
pub struct Effective {
    pub settings: Settings,
    /// By name; what is not in it is a default.
    origins: BTreeMap<&'static str, Origin>,
}

impl Effective {
    /// Puts what was given in the place of what was there.
    ///
    /// # Errors
    /// When the value is of another kind or out of range.
    pub fn take(&mut self, given: Given) -> Result<(), ConfigError> {
        let Given {
            option,
            origin,
            value,
        } = given;
        let checked = option.kind.read(&value);
        let put = checked.and_then(|value| (option.slot)(&mut self.settings).put(value));
        if put.is_none() {
            return Err(ConfigError::Value {
                name: origin.name(option),
                origin,
                value: value.to_string(),
                takes: option.kind.to_string(),
            });
        }
        self.origins.insert(option.name, origin);
        Ok(())
    }

    /// Where the value of an option came from, and what the option is called there.
    pub fn origin(&self, name: &str) -> (Origin, String) {
        let origin = self.origins.get(name).unwrap_or(&Origin::Default);
        let option = options().find(|option| option.name == name);
        let name = option.map_or(name.into(), |option| origin.name(option));
        (origin.clone(), name)
    }

    /// A file that configures a server in the same way, with origins as comments.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        for group in GROUPS {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "# {}", group.title);
            for option in group.options {
                let key = option.key();
                let (origin, _) = self.origin(option.name);
                let _ = match option.value(&self.settings) {
                    Some(value) => writeln!(out, "{key} = {value} # {origin}"),
                    None => writeln!(out, "# {key} is not set"),
                };
            }
            out.push('\n');
        }
        out.pop();
        out
    }
}
