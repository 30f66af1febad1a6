//! `newstance train`.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    CliError,
    partial::{Partial, check_apart},
    progress::Progress,
    read_to_string,
    threads::Threads,
};
use crate::{
    features::Lexicon,
    label::{Axis, AxisParts},
    model::Model,
    train::{Recipe, Source, StanceDefinition, axis_recipe::StanceRecipe, train},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Recipe that says what the model is made of.
    #[arg(long, value_name = "FILE")]
    recipe: PathBuf,
    /// Directory of the corpora that the recipe names; those that begin with `./` or `../` lie
    /// beside the recipe.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Model file to write, none that is read; it is replaced at once or not at all.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    threads: Threads,
}

impl Args {
    pub fn run(self) -> Result<(), CliError> {
        let recipe = Recipe::parse(&read_to_string(&self.recipe)?);
        let recipe = recipe.map_err(|source| CliError::Recipe {
            path: self.recipe.clone(),
            source,
        })?;
        let folders = Folders {
            data: &self.data,
            recipe: self.recipe.parent().unwrap_or(Path::new(".")),
        };
        check_apart(&self.out, self.inputs(&recipe, &folders))?;
        let axes = recipe.axes.iter();
        let axes = axes.map(|axis| read_axis(&folders.recipe.join(&axis.definition)));
        let axes: Vec<Axis> = axes.collect::<Result<_, _>>()?;
        let stance = recipe.stance.as_ref();
        let stance = stance.map(|stance| read_stance(folders.recipe, stance));
        let stance = stance.transpose()?;
        let out = Partial::of(&self.out)?;
        let model = self
            .threads
            .pool()?
            .install(|| train(&recipe, &axes, stance.as_ref(), &folders, &Progress::new()))?;
        let unusable = |source| CliError::Model {
            model: self.out.display().to_string(),
            source,
        };
        let bytes = model.to_bytes().map_err(unusable)?;
        // What nobody could load is not written.
        Model::from_bytes(&bytes).map_err(unusable)?;
        out.write(&bytes)
    }

    /// All files that are read.
    fn inputs(&self, recipe: &Recipe, folders: &Folders<'_>) -> Vec<PathBuf> {
        let stance = recipe.stance.as_ref();
        let stance = stance.map(|stance| [&stance.axis.definition, &stance.lexicon]);
        let definitions = recipe.axes.iter().map(|axis| &axis.definition);
        let definitions = definitions.chain(stance.into_iter().flatten());
        let corpora = recipe.corpora.iter();
        std::iter::once(self.recipe.clone())
            .chain(definitions.map(|file| folders.recipe.join(file)))
            .chain(corpora.map(|corpus| folders.corpus(&corpus.file)))
            .collect()
    }
}

fn read_stance(directory: &Path, recipe: &StanceRecipe) -> Result<StanceDefinition, CliError> {
    let path = directory.join(&recipe.lexicon);
    let lexicon = Lexicon::parse(&read_to_string(&path)?);
    Ok(StanceDefinition {
        axis: read_axis(&directory.join(&recipe.axis.definition))?,
        lexicon: lexicon.map_err(|source| CliError::Lexicon { path, source })?,
    })
}

fn read_axis(path: &Path) -> Result<Axis, CliError> {
    let parts: AxisParts =
        toml::from_str(&read_to_string(path)?).map_err(|source| CliError::AxisFile {
            path: path.into(),
            source,
        })?;
    parts.try_into().map_err(|source| CliError::Axis {
        path: path.into(),
        source,
    })
}

/// Where the files are that a recipe names.
struct Folders<'a> {
    data: &'a Path,
    recipe: &'a Path,
}

impl Folders<'_> {
    fn corpus(&self, file: &str) -> PathBuf {
        let beside = file.starts_with("./") || file.starts_with("../");
        let folder = if beside { self.recipe } else { self.data };
        folder.join(file)
    }
}

impl Source for Folders<'_> {
    fn name(&self, file: &str) -> String {
        self.corpus(file).display().to_string()
    }

    fn open(&self, file: &str) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(self.corpus(file))?))
    }
}
