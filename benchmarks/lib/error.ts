// What a user has to put right: said without a stack, with exit status 2.
export class BenchError extends Error {}
