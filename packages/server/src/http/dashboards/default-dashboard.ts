// The board that is there from the beginning.
export const DEFAULT_DASHBOARD = `id: default
title: Overview
description: What ran, what failed, how long it took.
timeWindow:
  default: P7D
  max: P365D
charts:
  - id: success_ratio
    type: io.kestra.plugin.core.dashboard.chart.KPI
    chartOptions: { displayName: Success ratio, numberType: PERCENTAGE, width: 3 }
    data:
      type: io.kestra.plugin.core.dashboard.data.ExecutionsKPI
      columns: { field: STATE, agg: COUNT }
      numerator:
        - { field: STATE, type: IN, values: [SUCCESS, WARNING] }
  - id: failed_ratio
    type: io.kestra.plugin.core.dashboard.chart.KPI
    chartOptions: { displayName: Failed ratio, numberType: PERCENTAGE, width: 3 }
    data:
      type: io.kestra.plugin.core.dashboard.data.ExecutionsKPI
      columns: { field: STATE, agg: COUNT }
      numerator:
        - { field: STATE, type: IN, values: [FAILED] }
  - id: count
    type: io.kestra.plugin.core.dashboard.chart.KPI
    chartOptions: { displayName: Executions started, numberType: FLAT, width: 3 }
    data:
      type: io.kestra.plugin.core.dashboard.data.ExecutionsKPI
      columns: { field: ID, agg: COUNT }
  - id: mean_duration
    type: io.kestra.plugin.core.dashboard.chart.KPI
    chartOptions: { displayName: Mean duration, numberType: FLAT, width: 3 }
    data:
      type: io.kestra.plugin.core.dashboard.data.ExecutionsKPI
      columns: { field: DURATION, agg: AVG }
  - id: executions
    type: io.kestra.plugin.core.dashboard.chart.TimeSeries
    chartOptions: { displayName: Executions, column: date, colorByColumn: state, legend: { enabled: true }, width: 12 }
    data:
      type: io.kestra.plugin.core.dashboard.data.Executions
      columns:
        date: { field: START_DATE, displayName: Date }
        state: { field: STATE }
        total: { displayName: Executions, agg: COUNT, graphStyle: BARS }
        duration: { displayName: Duration, field: DURATION, agg: AVG, graphStyle: LINES }
  - id: states
    type: io.kestra.plugin.core.dashboard.chart.Pie
    chartOptions: { displayName: By state, colorByColumn: state, graphStyle: DONUT, width: 4 }
    data:
      type: io.kestra.plugin.core.dashboard.data.Executions
      columns:
        state: { field: STATE }
        total: { agg: COUNT }
  - id: namespaces
    type: io.kestra.plugin.core.dashboard.chart.Bar
    chartOptions: { displayName: By namespace, column: namespace, colorByColumn: state, width: 8 }
    data:
      type: io.kestra.plugin.core.dashboard.data.Executions
      columns:
        namespace: { field: NAMESPACE }
        state: { field: STATE }
        total: { agg: COUNT }
`
