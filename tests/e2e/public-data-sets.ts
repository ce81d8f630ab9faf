// Real rows from the npm package vega-datasets, as plain values and as tables of a real database. What the tests expect of a pipeline is
// computed here from the same rows, with nothing of the project in between.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Client } from 'pg'

const FOLDER = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data')

export function readDataSet(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8')
}

/** Two cities, day by day for four years. */
export interface Day {
  readonly location: string
  readonly date: string
  readonly precipitation: number
  readonly temp_max: number
  readonly temp_min: number
  readonly wind: number
  readonly weather: string
}

export const WEATHER_FILE = 'weather.csv'

export function readWeather(): readonly Day[] {
  const [head = '', ...lines] = readDataSet(WEATHER_FILE).trim().split(/\r?\n/)
  const names = head.split(',')
  return lines.map(line => {
    const cells = line.split(',')
    const cell = (name: string): string => cells[names.indexOf(name)] ?? ''
    const number = (name: string): number => Number(cell(name))
    return {
      location: cell('location'),
      date: cell('date'),
      precipitation: number('precipitation'),
      temp_max: number('temp_max'),
      temp_min: number('temp_min'),
      wind: number('wind'),
      weather: cell('weather'),
    }
  })
}

/** Films with many gaps: what is not known is null, and titles hold quotes, commas and letters of many languages. */
export interface Movie {
  readonly id: number
  readonly title: string | null
  readonly released: string | null
  readonly gross: number | null
  readonly rating: number | null
  readonly votes: number | null
  readonly genre: string | null
}

export function readMovies(): readonly Movie[] {
  const rows = JSON.parse(readDataSet('movies.json')) as readonly Readonly<Record<string, unknown>>[]
  return rows.map((row, index) => ({
    id: index + 1,
    title: textOf(row['Title']),
    released: dayOf(row['Release Date']),
    gross: numberOf(row['Worldwide Gross']),
    rating: numberOf(row['IMDB Rating']),
    votes: numberOf(row['IMDB Votes']),
    genre: textOf(row['Major Genre']),
  }))
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value as string | number)
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Jun 12 1998` → `1998-06-12`; a bare year is no day. */
function dayOf(value: unknown): string | null {
  const match = /^(\w{3}) (\d{1,2}) (\d{4})$/.exec(textOf(value) ?? '')
  if (match === null) return null
  const [, month = '', day = '', year = ''] = match
  return `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`
}

const WEATHER_COLUMNS =
  'location text, date date, precipitation numeric, temp_max double precision, temp_min double precision, wind real, weather text'
const MOVIE_COLUMNS = 'id integer, title text, released date, gross bigint, rating numeric, votes integer, genre text'

export async function loadDataSets(client: Client): Promise<void> {
  await loadTable(client, { name: 'weather', columns: WEATHER_COLUMNS, rows: readWeather() })
  await loadTable(client, { name: 'movies', columns: MOVIE_COLUMNS, rows: readMovies() })
}

interface Table {
  readonly name: string
  readonly columns: string
  readonly rows: readonly object[]
}

async function loadTable(client: Client, { name, columns, rows }: Table): Promise<void> {
  await client.query(`create table ${name} (${columns})`)
  await client.query(`insert into ${name} select * from json_populate_recordset(null::${name}, $1)`, [
    JSON.stringify(rows),
  ])
}
