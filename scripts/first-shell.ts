// Draws the shell into the page that was built: its elements in a template (packages/ui/src/app/first-shell.tsx), and the small program that puts them in.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, transformSync, type Plugin } from 'esbuild'

const APP = join(import.meta.dirname, '..', 'packages', 'ui', 'src', 'app')
const SHELL = join(APP, 'first-shell.tsx')
const PAINT = join(APP, 'first-paint.ts')
const TARGET = 'es2023'
/** The first program of the page; it stands in its source as somebody reads it. */
const INLINE = /<script>([^]*?)<\/script>/

/** Of a page of three kilobytes it is some. */
const BETWEEN = />\s+</g

/** What the page itself is not made of. */
export const FIRST_SHELL_SOURCES: readonly string[] = [SHELL, PAINT, join(import.meta.dirname, 'first-shell.ts')]

/** `classes`: the module that each sheet of style has become, by its path. */
export async function drawFirstShell(index: string, classes: ReadonlyMap<string, string>): Promise<void> {
  const elements = await draw(join(dirname(index), 'first-shell.mjs'), classes)
  const program = await bundlePaint()
  const page = readFileSync(index, 'utf8')
    .replace('<!--FIRST-SHELL-->', () => `<template id="first-shell">${elements}</template>`)
    .replace('<!--FIRST-PAINT-->', () => `<script>${program}</script>`)
    .replace(INLINE, (_, script: string) => `<script>${shorten(script)}</script>`)
  writeFileSync(index, page.replace(BETWEEN, '><'))
}

async function draw(file: string, classes: ReadonlyMap<string, string>): Promise<string> {
  const code = `import { createElement } from 'react'
    import { renderToStaticMarkup } from 'react-dom/server'
    import { FirstShell } from ${JSON.stringify(SHELL)}
    export const elements = renderToStaticMarkup(createElement(FirstShell))`
  await build({
    stdin: { contents: code, resolveDir: APP },
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    jsx: 'automatic',
    target: TARGET,
    plugins: [pagesApart(), classNames(classes)],
  })
  try {
    const drawn: unknown = await import(pathToFileURL(file).href)
    if (typeof drawn === 'object' && drawn !== null && 'elements' in drawn && typeof drawn.elements === 'string')
      return drawn.elements.replaceAll(' focusable="false"', '')
    throw new Error(`${SHELL} drew nothing`)
  } finally {
    rmSync(file)
  }
}

/** The table of pages is asked what there is; none of them is drawn. */
function pagesApart(): Plugin {
  return {
    name: 'pages-apart',
    setup: build => build.onResolve({ filter: /-page\.tsx$/ }, ({ path }) => ({ path, external: true })),
  }
}

function classNames(classes: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'class-names',
    setup: build =>
      build.onLoad({ filter: /\.module\.css$/ }, ({ path }) => {
        const contents = classes.get(path)
        if (contents === undefined) throw new Error(`${path} has no place in the page: the first shell has it alone`)
        return { contents, loader: 'js' }
      }),
  }
}

async function bundlePaint(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [PAINT],
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    target: TARGET,
    legalComments: 'none',
  })
  const [program] = outputFiles
  if (program === undefined || program.text.includes('</')) throw new Error(`${PAINT} does not fit into the page`)
  return program.text.trim()
}

function shorten(script: string): string {
  return transformSync(script, { minify: true, target: TARGET }).code.trim()
}
