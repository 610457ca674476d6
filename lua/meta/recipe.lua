---@meta
-- Types for editors (LuaCATS): recipes and spaces as tables. Nothing here is run.
-- Put `---@type ganas.Recipe` above a recipe's table, `---@type ganas.Space` above a space's.

---A recipe: what is searched, where the search may go, how a candidate gets its score.
---@class ganas.Recipe
---@field about string a sentence for `ganas-lua list`
---@field space string|ganas.Space|fun(args: table): string|ganas.Space a name, a path or a table
---@field evaluate ganas.Evaluator how a candidate gets its score
---@field args? table<string, number|boolean|string> arguments and their defaults: name=value sets them
---@field identity? "string"|"network" what makes two candidates the same; the space's by default
---@field measures? ganas.Measures|fun(args: table): ganas.Measures numbers that the space doesn't know
---@field constraints? ganas.Constraint[]|fun(args: table): ganas.Constraint[]
---@field start_from? string|string[]|fun(args: table, space: any): string|string[] networks to compare with
---@field objective? fun(numbers: table): number the score, of what the evaluator gives and the measures
---@field objectives? ganas.Objectives several: the search looks for their front
---@field search? ganas.Search|fun(args: table): ganas.Search
---@field done? fun(run: ganas.Run) called at the end

---@alias ganas.Constraint ganas.Rule|string|fun(arch: ganas.Arch): boolean

---Names of what the evaluator gives and of measures.
---@class ganas.Objectives
---@field max? string|string[] more is better
---@field min? string|string[] less is better
---@field reference? table<string, number> the corner that the hypervolume is measured from

---Measures by name: columns of a file, sums of a table by step and operation, or functions. A table without a
---name is one more of these.
---@class ganas.Measures
---@field file? string a CSV file, plain or gzip, with a row a candidate
---@field key? string the column of it that names a candidate
---@field index? string a file that shares a column with it and names the candidates
---@field missing? number|false what stands for no value, -1 by default
---@field blocks? string a CSV file with the columns step and op
---@field [string] string|fun(arch: ganas.Arch): number?|{ values: fun(self: any, batch: any): any }

---A published benchmark, or any other table of scores: a CSV file, plain or gzip.
---@class ganas.TableEvaluator
---@field [1] "table"
---@field file string found in --data, $GANAS_DATA, ./data, ~/.local/share/ganas
---@field score string the column to maximize
---@field report? string the column to show beside it
---@field key? string the column, or columns with commas between, that name a candidate
---@field partial? boolean candidates without a row are failed evaluations
---@field join? (string|ganas.Join)[] files with further columns of the same rows
---@field columns? table<string, fun(row: table<string, number>): number> columns computed from others

---The mean of single trainings, one a row: a CSV file, plain or gzip.
---@class ganas.TrialsEvaluator
---@field [1] "trials"
---@field file string found as a table's is
---@field score string the column to maximize
---@field report? string the column to show beside it
---@field key? string the column that names a candidate

---A model of XGBoost's; its library is loaded when it is needed.
---@class ganas.XGBoostEvaluator
---@field [1] "xgboost"
---@field model string a file, .json, .ubj or .model
---@field features string|string[]|fun(arch: ganas.Arch): number[] the space's by name, measures, or a function
---@field score? string what the prediction is called

---A trained graph network over chains of blocks.
---@class ganas.PredictorEvaluator
---@field [1] "predictor"
---@field file string its weights, X.f32 with X.json beside it
---@field scale? number what its values are multiplied by, 1 by default
---@field score? string what its value is called
---@field blocks? ganas.Blocks what it reads of a block; the space's by default

---Several evaluators in turn: the first that knows a candidate answers.
---@class ganas.FirstEvaluator
---@field [1] "first"
---@field [integer] ganas.Evaluator

---Asks for the best of the search again, at the full budget.
---@class ganas.Confirm
---@field budget number what the best are trained for
---@field best? integer how many, 5 by default

---What evaluators that start processes have in common. The words after the kind are the command.
---@class ganas.Processes
---@field [integer] string
---@field score? string what the score is called
---@field report? string the number to show beside it
---@field workers? integer candidates at a time
---@field timeout? number seconds that a candidate may take
---@field retries? integer how often one that was lost is tried again, 2 by default
---@field budget? number what a candidate is trained for, such as epochs
---@field confirm? ganas.Confirm

---A process for each candidate: { "command", "python3", "train.py", "{arch}" }.
---@class ganas.CommandEvaluator: ganas.Processes
---@field [1] "command"
---@field cwd? string the folder in which it runs
---@field keep? boolean the folders of the trials stay

---Processes that stay and speak JSON lines: { "worker", "python3", "worker.py", workers = 4 }.
---@class ganas.WorkerEvaluator: ganas.Processes
---@field [1] "worker"
---@field startup? number seconds until it says hello, 300 by default
---@field cwd? string the folder in which the workers run

---Sets as job arrays of Slurm: { "slurm", "train.sh", partition = "main" }.
---@class ganas.SlurmEvaluator: ganas.Processes
---@field [1] "slurm"
---@field partition? string
---@field time? string Slurm's own limit, "01:00:00"
---@field options? string[] further options of sbatch
---@field keep? boolean the folders of the trials stay
---@field poll? number seconds between looks for results, 0.5 by default
---@field ask? number seconds between looks at the queue, 10 by default

---Results are told from outside: `ganas-lua ask` and `tell`.
---@class ganas.AskEvaluator
---@field [1] "ask"
---@field score? string what the score is called
---@field report? string the number to show beside it
---@field budget? number what a candidate is trained for, such as epochs
---@field confirm? ganas.Confirm

---The candidate's network is trained here, on images, by the core's own training.
---@class ganas.TrainEvaluator
---@field [1] "train"
---@field data string the name or folder of a set of images
---@field epochs? number|fun(args: table): number passes over the images, 1 by default
---@field images? integer|fun(args: table): integer how many to train with; by default all but those to validate with
---@field batch? integer images a step, 64 by default
---@field rate? number of the first step, 0.1 by default
---@field momentum? number
---@field decay? number of the weights
---@field confirm? ganas.Confirm|fun(args: table): ganas.Confirm? budget: epochs for the best
---@field flip? boolean images are mirrored at random
---@field score? string "val_acc" by default

---@alias ganas.Evaluator
---| ganas.TableEvaluator
---| ganas.TrialsEvaluator
---| ganas.XGBoostEvaluator
---| ganas.PredictorEvaluator
---| ganas.FirstEvaluator
---| ganas.CommandEvaluator
---| ganas.WorkerEvaluator
---| ganas.SlurmEvaluator
---| ganas.AskEvaluator
---| ganas.TrainEvaluator
---| fun(arch: ganas.Arch, args: table): number|ganas.Result

---Another file: the same rows in the same order, or those with the same text in the column `by`.
---@class ganas.Join
---@field [1] string
---@field by? string
---@field as? string the name of the column of a file with one

---What an evaluator may give in place of one number; other numbers are kept in the journal.
---@class ganas.Result
---@field score? number
---@field report? number
---@field [string] number

---@alias ganas.Schedule number|ganas.ScheduleObject|fun(run: ganas.Run): number

---The settings of a search; what is absent comes from the preset.
---@class ganas.Search
---@field method? "ganas"|"random"|"evolution"|"local"|"gp"|"no_generator"|"no_discriminator"|"no_screening"
---@field initial? integer random candidates of X_0
---@field batch? ganas.Schedule candidates of each later X_t
---@field truncate? ganas.Schedule k: size of the truth set
---@field truth? "union"|"last" the k best of all evaluated, or of the last set
---@field rounds? ganas.Schedule times that discriminator and generator are trained an iteration
---@field weights? "keep"|"reset" from one iteration to the next
---@field entropy? ganas.Schedule weight of the generator's entropy bonus
---@field stop? fun(run: ganas.Run): boolean? true ends the search
---@field reward? ganas.Reward
---@field discriminator? ganas.Discriminator
---@field generator? ganas.Generator
---@field screen? ganas.Screen

---What the generator is paid for a sample.
---@class ganas.Reward
---@field kind? "soft"|"hard" mean probability, or share of votes above one half
---@field invalid? number of a candidate that breaks a rule, in place of the reward
---@field known? number added for one that was evaluated before

---What judges candidates that nobody has evaluated.
---@class ganas.Discriminator
---@field kind? "pairwise"|"ranker"|"committee"
---@field steps? integer of Adam, a round
---@field first_steps? integer in the first iteration
---@field subset? integer ranker: evaluated candidates a step
---@field rate? number Adam's
---@field clip? number bound on the gradient's norm
---@field width? integer hidden units a node, a multiple of 8
---@field layers? integer 1 to 8
---@field head? integer hidden units of the head
---@field bidirectional? boolean it sees edges in both directions
---@field signals? string[] committee: measures that it sees besides, as in { "params", "macs" }
---@field position? boolean a node knows its number; by default when reads are fixed

---What proposes candidates.
---@class ganas.Generator
---@field train? "ppo"|"refit"|"none"
---@field batches? integer PPO: a round
---@field episodes? integer PPO: a batch
---@field epochs? integer PPO: passes over a batch
---@field steps? integer refit: of Adam, a round
---@field clip_ratio? number PPO
---@field discount? number PPO
---@field lambda? number PPO
---@field value_weight? number PPO
---@field rate? number Adam's
---@field clip? number bound on the gradient's norm
---@field width? integer hidden units a node, a multiple of 8
---@field layers? integer 1 to 8
---@field head? integer hidden units of the heads

---What is looked at for each candidate that is evaluated.
---@class ganas.Screen
---@field whole? integer spaces of at most so many candidates are looked at as a whole
---@field pool? number candidates looked at for each one evaluated; 1: none are screened
---@field mutants? number share of the first round; the others are the generator's samples
---@field rounds? integer the later ones descend from the best so far by the discriminator
---@field elite? integer how many of these
---@field samples? number share of a later round that the generator draws; the others are mutants of the elite
---@field elite_steps? integer of the generator's refit to the elite before it draws them
---@field optimism? ganas.Schedule deviations added to what a candidate is expected to score
---@field bounded_optimism? ganas.Schedule the same for all that obeys constraints, where that is looked at as a whole
---@field quota? number least share of what is evaluated that descends from the generator
---@field more? number an edit of a mutant is followed by another with this probability
---@field most? integer edits of a mutant

---A search while it runs.
---@class ganas.Run
---@field iteration integer 0: the initial set
---@field queries integer candidates evaluated
---@field budget integer the most there will be
---@field best_score? number
---@field since_best integer queries since the best was found
---@field entropy? number of a choice of the generator, in nats
---@field acceptance? number share of what was proposed that was valid and new
---@field seconds? number since it began, all resumes together
---@field cost? number what evaluators have reported, added up
---@field failed integer
---@field infeasible integer
local run = {}

---The n best so far, best first; those before all others that were confirmed.
---@param n integer
---@return ganas.Arch[]
function run:best(n) end

---A candidate without what does not lie between its inputs and its output. Nodes count from 0.
---@class ganas.Network
---@field size integer
---@field op table<integer, string> operation of each node
---@field sources table<integer, integer[]> the nodes that each node reads, ascending

---One candidate. Measures of the space are fields; tostring gives the official string.
---@class ganas.Arch
---@field ops string[] operations that were chosen, in node order
---@field size integer nodes as written
---@field depth number most nodes on one path from input to output
---@field nodes number nodes of the network, input and output included
---@field edges number
---@field network ganas.Network what lies between input and output; its tables are filled anew for each candidate
---@field graph { ops: string[], edges: integer[][] } operation of each node; edges { from, to }
---@field score? number
---@field report? number
---@field screened? number the score that it was confirmed after
---@field query? integer when it was evaluated
---@field [string] number a measure of the space
local arch = {}

---Operation of node i, counted from 0.
---@param i integer
---@return string
function arch:op(i) end

---Whether node i reads node j.
---@param i integer
---@param j integer
---@return boolean
function arch:reads(i, j) end

---The nodes that node i reads.
---@param i integer
---@return integer[]
function arch:sources(i) end

---Whether node i lies between input and output.
---@param i integer
---@return boolean
function arch:live(i) end

---How often an operation occurs; of several names, together.
---@param name string|string[]
---@param ... string
---@return integer
function arch:count(name, ...) end

---A pattern, two functions, or one that gives what can't be read back, such as a hash.
---@alias ganas.Key string|{ format: function, parse: function }|fun(arch: ganas.Arch): string

---A space: a grammar for growing graphs one node at a time.
---@class ganas.Space
---@field name? string
---@field about? string
---@field ops string[] names of the operations
---@field grow ganas.Grow how graphs grow: space.fixed, free, cells, chain or steps
---@field dead? string|string[] operations that cut a path, such as "none"
---@field measures? table<string, ganas.Measure|fun(arch: ganas.Arch): number>
---@field format? string|string[]|fun(arch: ganas.Arch): string the official string
---@field parse? fun(text: string): table? the inverse of a format function
---@field keys? table<string, ganas.Key> columns of tables that name a candidate
---@field blocks? ganas.Blocks what predictors read: space.blocks(function(step, op) ... end)
---@field network? fun(arch: ganas.Arch, net: table): table builds a candidate's network, for the evaluator train
---@field pytorch? string the name of a Python file beside the space, for exported PyTorch modules
---@field features? table<string, fun(arch: ganas.Arch): number[]> encodings, for models that know no graphs
---@field identity? "string"|"network"
---@field expect? ganas.Expect what `ganas-lua check` holds the file to

---@class ganas.Expect
---@field size? integer how many candidates there are
---@field example? string an official string that reads back as itself
