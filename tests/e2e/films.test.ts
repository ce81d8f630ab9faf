// Rows as they are in life: gaps, dates, sums beyond 32 bits, quotes and letters of many languages. What goes through the pipeline must
// come back as it was, and the figures must be those that plain code finds in the same rows.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startPostgres, type Postgres } from '../services/postgres.mjs'
import { apiOf, type Api } from './api-of.ts'
import { startBatuta, type StartedBatuta } from './batuta.ts'
import { makePlaces, type Places } from './places.ts'
import { loadDataSets, readMovies, type Movie } from './public-data-sets.ts'

/** The first run on a machine fetches pandas. */
const RUN_MAX_MS = 300_000

let postgres: Postgres
let database: pg.Client
let places: Places
let batuta: StartedBatuta
let api: Api

before(async () => {
  places = makePlaces()
  postgres = await startPostgres()
  database = new pg.Client(postgres.url)
  await database.connect()
  await loadDataSets(database)
  batuta = await startBatuta(places)
  api = apiOf(batuta.address)
})

after(async () => {
  await batuta.stop()
  await database.end()
  await postgres.stop()
  places.remove()
})

test('rows with gaps come back as they were, by CopyIn and by Batch', async () => {
  await database.query('create table copied (like movies, decade integer)')
  await database.query(
    'create table genres (genre text, films integer, gross bigint, rated integer, best numeric, newest date)',
  )
  await api.save(readFileSync(join(import.meta.dirname, 'flows', 'films.yaml'), 'utf8'))

  const started = await api.start('e2e.films', { url: postgres.jdbcUrl })
  const ended = await api.whenEnded(started.id, RUN_MAX_MS)

  assert.equal(ended.state.current, 'SUCCESS', JSON.stringify(await api.logs(started.id)))
  const films = readMovies()
  assert.deepEqual(ended.outputs, { extracted: films.length, copied: films.length, genres: genresOf(films).length })
  assert.deepEqual(await select(`select ${COLUMNS}, decade from copied order by id`), films.map(withDecade))
  assert.deepEqual(await select(`select ${GENRE_COLUMNS} from genres order by genre collate "C"`), genresOf(films))
})

const COLUMNS = 'id, title, released::text, gross::float8 as gross, rating::float8 as rating, votes, genre'
const GENRE_COLUMNS = 'genre, films, gross::float8 as gross, rated, best::float8 as best, newest::text'

async function select(sql: string): Promise<readonly unknown[]> {
  return (await database.query<object>(sql)).rows.map(row => ({ ...row }))
}

function withDecade(film: Movie): unknown {
  return { ...film, decade: film.released === null ? null : Math.floor(Number(film.released.slice(0, 4)) / 10) * 10 }
}

function genresOf(films: readonly Movie[]): readonly unknown[] {
  const known = films.flatMap(film => (film.genre === null ? [] : [{ ...film, genre: film.genre }]))
  const byGenre = [...Map.groupBy(known, ({ genre }) => genre)].sort(([a], [b]) => (a < b ? -1 : 1))
  return byGenre.map(([genre, group]) => {
    const ratings = group.flatMap(({ rating }) => (rating === null ? [] : [rating]))
    const days = group.flatMap(({ released }) => (released === null ? [] : [released]))
    return {
      genre,
      films: group.length,
      gross: group.reduce((sum, { gross }) => sum + (gross ?? 0), 0),
      rated: ratings.length,
      best: ratings.length === 0 ? null : Math.max(...ratings),
      newest: days.length === 0 ? null : days.reduce((a, b) => (a > b ? a : b)),
    }
  })
}
