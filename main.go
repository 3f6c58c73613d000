// Command terraform-provider-prismasdwan serves the Terraform provider.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

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
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	err := tf6server.Serve(provider.Address, provider.NewServer(provider.New(version, os.LookupEnv)()), options...)
	if err != nil {
		log.Fatal(err)
	}
}
