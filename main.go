// Command terraform-provider-prismasdwan serves the Terraform provider.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/provider"
)

// Set by the release build.
var (
	version = "dev"
	commit  = "none"
)

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger and print how to attach Terraform")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Printf("terraform-provider-prismasdwan %s (%s)\n", version, commit)
		return
	}
	err := providerserver.Serve(context.Background(), provider.New(version, os.LookupEnv), providerserver.ServeOpts{
		Address:         provider.Address,
		Debug:           *debug,
		ProtocolVersion: 6,
	})
	if err != nil {
		log.Fatal(err)
	}
}
