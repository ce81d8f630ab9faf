# What Kestra's provider for Terraform keeps on a server: created, changed with `revision = 2`, read again without a difference, destroyed.
terraform {
  required_providers {
    kestra = {
      source = "kestra-io/kestra"
    }
  }
}

variable "url" { type = string }

variable "revision" {
  type    = number
  default = 1
}

provider "kestra" {
  url                  = var.url
  tenant_id            = "main"
  keep_original_source = true
}

locals {
  namespace = "clients.terraform"
}

resource "kestra_namespace" "team" {
  namespace_id = local.namespace
  description  = "Revision ${var.revision}"
  variables    = <<-EOT
    region: eu
    revision: ${var.revision}
  EOT
}

resource "kestra_flow" "hello" {
  namespace = local.namespace
  flow_id   = "hello"
  content   = <<-EOT
    id: hello
    namespace: ${local.namespace}
    inputs:
      - id: name
        type: STRING
        defaults: World
    tasks:
      - id: hello
        type: io.kestra.plugin.core.log.Log
        message: "Hello {{ inputs.name }}, revision ${var.revision}"
      - id: return
        type: io.kestra.plugin.core.debug.Return
        format: "{{ inputs.name }}"
  EOT
}

resource "kestra_kv" "text" {
  namespace = local.namespace
  key       = "text"
  value     = "revision ${var.revision}"
}

resource "kestra_kv" "number" {
  namespace = local.namespace
  key       = "number"
  value     = "${var.revision}"
  type      = "NUMBER"
}

resource "kestra_kv" "truth" {
  namespace = local.namespace
  key       = "truth"
  value     = "true"
  type      = "BOOLEAN"
}

resource "kestra_kv" "json" {
  namespace = local.namespace
  key       = "json"
  value     = jsonencode({ revision = var.revision })
  type      = "JSON"
}

resource "kestra_namespace_file" "script" {
  namespace = local.namespace
  filename  = "/scripts/hello.py"
  content   = "print('revision ${var.revision}')\n"
}

resource "kestra_namespace_secret" "token" {
  namespace          = local.namespace
  secret_key         = "TOKEN"
  secret_value       = "secret ${var.revision}"
  secret_description = "Opens the door"
  secret_tags        = { team = "data" }
}

resource "kestra_dashboard" "board" {
  source_code = <<-EOT
    id: clients-terraform
    title: Revision ${var.revision}
    charts:
      - id: executions
        type: io.kestra.plugin.core.dashboard.chart.TimeSeries
        chartOptions:
          displayName: Executions
          column: date
          colorByColumn: state
        data:
          type: io.kestra.plugin.core.dashboard.data.Executions
          columns:
            date:
              field: START_DATE
              displayName: Date
            state:
              field: STATE
            total:
              displayName: Executions
              agg: COUNT
              graphStyle: BARS
  EOT
}

resource "kestra_test" "suite" {
  namespace  = local.namespace
  test_id    = "suite"
  depends_on = [kestra_flow.hello]
  content    = <<-EOT
    id: suite
    namespace: ${local.namespace}
    description: Revision ${var.revision}
    flowId: hello
    testCases:
      - id: returns
        type: io.kestra.core.tests.flow.UnitTest
        fixtures:
          inputs:
            name: Ada
        assertions:
          - value: "{{ outputs.return.value }}"
            equalTo: Ada
  EOT
}

resource "kestra_app" "form" {
  depends_on = [kestra_flow.hello]
  source     = <<-EOT
    id: form
    type: io.kestra.plugin.ee.apps.Execution
    displayName: Revision ${var.revision}
    namespace: ${local.namespace}
    flowId: hello
    access: PRIVATE
    layout:
      - on: OPEN
        blocks:
          - type: io.kestra.plugin.ee.apps.core.blocks.Markdown
            content: Hello
  EOT
}

data "kestra_flow" "hello" {
  depends_on = [kestra_flow.hello]
  namespace  = local.namespace
  flow_id    = "hello"
}

data "kestra_kv" "text" {
  depends_on = [kestra_kv.text]
  namespace  = local.namespace
  key        = "text"
}

data "kestra_namespace" "team" {
  depends_on   = [kestra_namespace.team]
  namespace_id = local.namespace
}

data "kestra_namespace_file" "script" {
  depends_on = [kestra_namespace_file.script]
  namespace  = local.namespace
  filename   = "/scripts/hello.py"
}
