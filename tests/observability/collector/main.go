// The OpenTelemetry Collector with what a check needs of it: it takes OTLP over HTTP and writes what it took.
package main

import (
	"log"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/debugexporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
)

func main() {
	factories := func() (otelcol.Factories, error) {
		otlp, debug := otlpreceiver.NewFactory(), debugexporter.NewFactory()
		return otelcol.Factories{
			Receivers: map[component.Type]receiver.Factory{otlp.Type(): otlp},
			Exporters: map[component.Type]exporter.Factory{debug.Type(): debug},
		}, nil
	}
	settings := otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "collector", Version: "0.95.0"},
		Factories: factories,
	}
	if err := otelcol.NewCommand(settings).Execute(); err != nil {
		log.Fatal(err)
	}
}
