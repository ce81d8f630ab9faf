import { defineTask, p, textIn } from '@batuta/plugin-sdk'
import { gitHubExample, repositoryProperty } from '../connection.ts'
import { ABOUT_SEARCH, condition, ROW_OUTPUTS, runSearch, searchProperties } from './run-search.ts'

const TYPE = 'io.kestra.plugin.github.code.Search'
const FORKS = { PARENT_AND_FORKS: 'fork:true', FORKS_ONLY: 'fork:only', PARENT_ONLY: undefined } as const

export const searchCode = defineTask({
  type: TYPE,
  title: 'Search for code.',
  description: `GitHub lets nobody search code without a token. ${ABOUT_SEARCH}`,
  properties: {
    ...searchProperties,
    repository: repositoryProperty,
    user: p.string().dynamic().group('advanced').title('In repositories of this user.'),
    in: p.string().dynamic().group('advanced').title('Where the words stand: file, path.'),
    language: p.string().dynamic().group('advanced').title('In this language.'),
    extension: p.string().dynamic().group('advanced').title('In files whose names end so.'),
    fork: p
      .enum('PARENT_AND_FORKS', 'FORKS_ONLY', 'PARENT_ONLY')
      .dynamic()
      .group('advanced')
      .title('Whether forks are searched; they are not, unless said.'),
    filename: p.string().dynamic().group('source').title('In files of this name.'),
    path: p.string().dynamic().group('source').title('Below this path.'),
    size: p.string().dynamic().group('advanced').title('In files of this size in bytes, such as `>1000`.'),
    sort: p
      .enum('BEST_MATCH', 'INDEXED')
      .dynamic()
      .default('BEST_MATCH')
      .group('processing')
      .title('The best first, or by when GitHub has read them.'),
  },
  outputs: ROW_OUTPUTS,
  examples: [
    {
      title: 'Where is a word used?',
      full: true,
      code: gitHubExample(TYPE, 'repository: company/website\nquery: addClass\nlanguage: js'),
    },
  ],
  async run(ctx, props) {
    const fork = await props.fork.render()
    return await runSearch(ctx, props, {
      path: '/search/code',
      terms: [
        await props.query.render(),
        condition('repo', await props.repository.render()),
        condition('user', await props.user.render()),
        condition('in', await props.in.render()),
        condition('language', await props.language.render()),
        condition('extension', await props.extension.render()),
        fork && FORKS[fork],
        condition('filename', await props.filename.render()),
        condition('path', await props.path.render()),
        condition('size', await props.size.render()),
      ],
      sort: (await props.sort.render()) === 'INDEXED' ? 'indexed' : undefined,
      row: item => ({
        repository_name: textIn(item, 'repository', 'name') ?? null,
        repository_url: textIn(item, 'repository', 'html_url') ?? null,
        name: textIn(item, 'name') ?? null,
        sha: textIn(item, 'sha') ?? null,
        git_url: textIn(item, 'git_url') ?? null,
        path: textIn(item, 'path') ?? null,
        url: textIn(item, 'html_url') ?? null,
      }),
    })
  },
})
