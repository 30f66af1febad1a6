//! The places in the settings that values go to and are read from.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use super::value::Value;
use crate::server::config::LogFormat;

/// A place for the value of one option, whatever its type.
pub trait Slot {
    /// Takes a value; `None` if it is not of this place's type.
    fn put(&mut self, value: Value) -> Option<()>;
    /// The value that it holds.
    fn get(&self) -> Value;
}

/// A type that stands for some values.
pub trait Typed: Sized {
    /// From a value of its own kind.
    fn read(value: Value) -> Option<Self>;
    /// Back to that value.
    fn value(&self) -> Value;
}

impl<T: Typed> Slot for T {
    fn put(&mut self, value: Value) -> Option<()> {
        *self = T::read(value)?;
        Some(())
    }

    fn get(&self) -> Value {
        self.value()
    }
}

/// A type that one variant of [`Value`] holds as it is.
macro_rules! held_as {
    ($variant:ident: $type:ty) => {
        impl Typed for $type {
            fn read(value: Value) -> Option<Self> {
                match value {
                    Value::$variant(value) => Some(value),
                    _ => None,
                }
            }

            fn value(&self) -> Value {
                Value::$variant(self.clone())
            }
        }
    };
}

held_as!(Switch: bool);
held_as!(Whole: u64);
held_as!(Share: f64);
held_as!(Time: Duration);
held_as!(Text: String);

impl Typed for u32 {
    fn read(value: Value) -> Option<Self> {
        u64::read(value)?.try_into().ok()
    }

    fn value(&self) -> Value {
        Value::Whole((*self).into())
    }
}

impl Typed for NonZeroU32 {
    fn read(value: Value) -> Option<Self> {
        Self::new(u32::read(value)?)
    }

    fn value(&self) -> Value {
        u32::from(*self).value()
    }
}

impl Typed for usize {
    fn read(value: Value) -> Option<Self> {
        u64::read(value)?.try_into().ok()
    }

    fn value(&self) -> Value {
        Value::Whole(*self as u64)
    }
}

impl Typed for SocketAddr {
    fn read(value: Value) -> Option<Self> {
        String::read(value)?.parse().ok()
    }

    fn value(&self) -> Value {
        Value::Text(self.to_string())
    }
}

impl Typed for PathBuf {
    fn read(value: Value) -> Option<Self> {
        Some(String::read(value)?.into())
    }

    fn value(&self) -> Value {
        Value::Text(self.display().to_string())
    }
}

/// The words of [`LogFormat`].
pub const LOG_FORMATS: &[&str] = &["off", "text", "json"];

impl Typed for LogFormat {
    fn read(value: Value) -> Option<Self> {
        match String::read(value)?.as_str() {
            "off" => Some(Self::Off),
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    fn value(&self) -> Value {
        let word = match self {
            Self::Off => "off",
            Self::Text => "text",
            Self::Json => "json",
        };
        Value::Text(word.into())
    }
}

impl<T: Typed> Typed for Option<T> {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::Nothing => Some(None),
            value => Some(Some(T::read(value)?)),
        }
    }

    fn value(&self) -> Value {
        self.as_ref().map_or(Value::Nothing, T::value)
    }
}

impl<T: Typed> Typed for Vec<T> {
    fn read(value: Value) -> Option<Self> {
        let Value::List(texts) = value else {
            return None;
        };
        let texts = texts.into_iter();
        texts.map(|text| T::read(Value::Text(text))).collect()
    }

    fn value(&self) -> Value {
        let texts = self.iter().filter_map(|item| String::read(item.value()));
        Value::List(texts.collect())
    }
}
