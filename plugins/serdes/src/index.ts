import type { TaskDefinition } from '@batuta/plugin-sdk'
import { avroToIon } from './avro/avro-to-ion.ts'
import { inferAvroSchemaFromIon } from './avro/infer-avro-schema.ts'
import { ionToAvro } from './avro/ion-to-avro.ts'
import { csvToIon } from './csv/csv-to-ion.ts'
import { ionToCsv } from './csv/ion-to-csv.ts'
import { excelToIon } from './excel/excel-to-ion.ts'
import { ionToExcel } from './excel/ion-to-excel.ts'
import { ionToJson } from './json/ion-to-json.ts'
import { jsonToIon } from './json/json-to-ion.ts'
import { jsonToJsonl } from './json/json-to-jsonl.ts'
import { htmlToMarkdown, markdownToHtml, markdownToText } from './markdown/markdown-tasks.ts'
import { ionToParquet } from './parquet/ion-to-parquet.ts'
import { parquetToIon } from './parquet/parquet-to-ion.ts'
import { protobufToIon } from './protobuf/protobuf-to-ion.ts'
import { jsonToToon, toonToJson } from './toon/toon-tasks.ts'
import { ionToXml } from './xml/ion-to-xml.ts'
import { xmlToIon } from './xml/xml-to-ion.ts'
import { ionToYaml, jsonToYaml, yamlToIon, yamlToJson } from './yaml/yaml-tasks.ts'

export const tasks: readonly TaskDefinition[] = [
  avroToIon,
  inferAvroSchemaFromIon,
  ionToAvro,
  csvToIon,
  ionToCsv,
  excelToIon,
  ionToExcel,
  ionToJson,
  jsonToIon,
  jsonToJsonl,
  ionToParquet,
  parquetToIon,
  htmlToMarkdown,
  markdownToHtml,
  markdownToText,
  protobufToIon,
  jsonToToon,
  toonToJson,
  ionToXml,
  xmlToIon,
  ionToYaml,
  jsonToYaml,
  yamlToIon,
  yamlToJson,
]
