// What the bundler makes of files that are no programs.
declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>
  export = classes
}
declare module '*.css' {}
declare module 'virtual:tokens.css' {}
declare module '*.yaml?raw' {
  const text: string
  export = text
}
/** What the bundler finds by a pattern, each loaded when it is asked for. */
interface ImportMeta {
  glob(
    pattern: string,
    options: { readonly query: '?raw'; readonly import: 'default' },
  ): Readonly<Record<string, () => Promise<unknown>>>
}
