// Types of the platform that public functions take. Where a program is compiled without its libraries, they are what everybody has of them.

export type AbortSignalOf = typeof globalThis extends { AbortSignal: { prototype: infer T } }
  ? T
  : { readonly aborted: boolean };
export type BlobOf = typeof globalThis extends { Blob: { prototype: infer T } } ? T : { readonly size: number };
export type FileOf = typeof globalThis extends { File: { prototype: infer T } }
  ? T
  : { readonly name: string; readonly size: number };
export type UrlOf = typeof globalThis extends { URL: { prototype: infer T } } ? T : { readonly href: string };
