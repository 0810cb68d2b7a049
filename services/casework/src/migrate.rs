//! Tables that must last: the logs', the views' bookkeeping, the keys'. Forward only, each once.
