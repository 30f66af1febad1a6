//! The table of options as flags and environment variables.

use std::env;

use clap::{Arg, ArgAction, ArgMatches, Command, builder::StyledStr, parser::ValueSource};

use super::{
    effective::Given,
    error::{ConfigError, Origin},
    options::{GROUPS, Opt, VARIABLES, options},
};

/// Variables of the program that are no options.
const OTHER_VARIABLES: [&str; 2] = ["NEWSTANCE_CONFIG", "NEWSTANCE_BLESS"];

/// What flags and variables give.
#[derive(Debug)]
pub struct Flags(pub Vec<Given>);

impl clap::Args for Flags {
    fn augment_args(mut command: Command) -> Command {
        for group in GROUPS {
            let flags = group.options.iter().map(flag);
            command = command.args(flags.map(|flag| flag.help_heading(group.title)));
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(
            options()
                .filter_map(|option| given(option, matches))
                .collect(),
        ))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn flag(option: &Opt) -> Arg {
    let flag = Arg::new(option.name)
        .long(option.name)
        .env(option.variable())
        .value_name(option.kind.placeholder())
        .help(help(option));
    match option.kind {
        super::value::Kind::Switch => flag
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true"),
        _ if option.kind.is_list() => flag.action(ArgAction::Append),
        _ => flag,
    }
}

fn help(option: &Opt) -> StyledStr {
    let list = option.kind.is_list();
    let range = option.kind.range().map(|range| format!(" [{range}]"));
    // That a list is empty says nothing.
    let default = option.default().filter(|_| !list);
    let default = default.map(|default| format!(" [default: {}]", plain(&default)));
    let repeated = list.then(|| "; may be repeated".to_owned());
    let notes = [repeated, range, default].into_iter().flatten();
    (option.purpose.to_owned() + &notes.collect::<String>()).into()
}

/// A value as one writes it on the command line.
pub fn plain(value: &toml::Value) -> String {
    value.as_str().map_or(value.to_string(), Into::into)
}

/// What was given to one option. A variable holds a list with commas between.
fn given(option: &'static Opt, matches: &ArgMatches) -> Option<Given> {
    let origin = match matches.value_source(option.name)? {
        ValueSource::EnvVariable => Origin::Variable,
        _ => Origin::Flag,
    };
    let mut texts = matches.get_many::<String>(option.name)?;
    let value = if !option.kind.is_list() {
        option.kind.parse(texts.next_back()?)
    } else if origin == Origin::Variable {
        let items = texts.flat_map(|text| text.split(','));
        items
            .filter(|item| !item.is_empty())
            .collect::<Vec<_>>()
            .into()
    } else {
        texts.cloned().collect::<Vec<_>>().into()
    };
    Some(Given {
        option,
        origin,
        value,
    })
}

/// A misspelt variable would otherwise be a limit that nobody sets.
pub fn refuse_unknown_variables() -> Result<(), ConfigError> {
    let names = env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    match names.into_iter().find(|name| !is_known(name)) {
        Some(name) => Err(ConfigError::UnknownVariable(name)),
        None => Ok(()),
    }
}

fn is_known(name: &str) -> bool {
    !name.starts_with(VARIABLES)
        || OTHER_VARIABLES.contains(&name)
        || is_service_link(name)
        || options().any(|option| option.variable() == name)
}

/// Kubernetes tells every pod where the services of its namespace are. For a service that is
/// called `newstance`, or `newstance-` and more, these variables begin like ours.
fn is_service_link(name: &str) -> bool {
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.ends_with("_PORT")
        || name.contains("_PORT_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_variables_are_not_known() {
        for name in ["NEWSTANCE_LISTN", "NEWSTANCE_", "NEWSTANCE_listen"] {
            assert!(!is_known(name), "{name}");
        }
        for name in [
            "PATH",
            "NEWSTANCE_LISTEN",
            "NEWSTANCE_CONFIG",
            "NEWSTANCE_SERVICE_HOST",
            "NEWSTANCE_SERVICE_PORT_GRPC",
            "NEWSTANCE_PORT",
            "NEWSTANCE_CANARY_PORT_50051_TCP_ADDR",
        ] {
            assert!(is_known(name), "{name}");
        }
    }

    #[test]
    fn no_option_looks_like_a_service_link() {
        for option in options() {
            assert!(!is_service_link(&option.variable()), "{}", option.name);
        }
    }
}
