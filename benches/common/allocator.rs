//! The allocator of the program, so that a benchmark measures what is served.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
