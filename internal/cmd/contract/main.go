// Command contract compares the facts of the controller's public description
// that the tests rest on with a copy of that description, and prints what moved.
// With -write it makes the facts anew. The description itself is not part of
// this repository, and none of its texts are in the facts.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// errMoved is the failure of a comparison that found differences.
var errMoved = errors.New("the description differs from the facts")

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(1)
	}
}

func run(arguments []string, output io.Writer) error {
	flags := flag.NewFlagSet("contract", flag.ContinueOnError)
	spec := flags.String("spec", "", "folder of the vendor's OpenAPI files; folders in it are read too")
	folder := flags.String("facts", "internal/simulator/testdata/contract", "folder of the facts")
	write := flags.Bool("write", false, "write the facts in place of comparing them; needs -source and -date")
	source := flags.String("source", "", "where the description was published, with the commit")
	date := flags.String("date", "", "date of the description, YYYY-MM-DD")
	if err := flags.Parse(arguments); err != nil {
		return err //nolint:wrapcheck // The flag package names the flag.
	}
	switch {
	case *spec == "":
		return errors.New("-spec is empty: name a folder with the vendor's OpenAPI files (make contract SPEC=folder)")
	case *write && (*source == "" || *date == ""):
		return errors.New("-write needs -source and -date, which become the header of the facts")
	}
	described, err := readFolder(*spec)
	if err != nil {
		return err
	}
	var moved []string
	for _, form := range forms {
		path := filepath.Join(*folder, form.name+".json")
		if *write {
			if err := described[form.name].write(path, header{Title: title, Version: *date, Source: *source}); err != nil {
				return err
			}
			continue
		}
		known, err := readFacts(path)
		if err != nil {
			return err
		}
		for _, line := range known.compare(described[form.name]) {
			moved = append(moved, form.name+" "+line)
		}
	}
	for _, line := range moved {
		fmt.Fprintln(output, line)
	}
	if len(moved) > 0 {
		return fmt.Errorf("%w in %d places (- in the facts, + in the description)", errMoved, len(moved))
	}
	return nil
}
