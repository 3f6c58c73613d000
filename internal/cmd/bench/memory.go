package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// measuresMemory is whether the peaks of other processes can be read.
const measuresMemory = runtime.GOOS == "linux"

// peak gives the peak of a process's resident memory in bytes, and 0 where it
// cannot be read, as of a process that has ended.
func peak(process int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	if _, err := fmt.Sscanf(rest, "%d kB", &kilobytes); err != nil {
		return 0
	}
	return kilobytes * 1024
}

// children lists the processes that any thread of a process has started, as
// far as they run the binary: one that is just being started still has the
// memory of its parent.
func children(process int, binary string) []int {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", process))
	if err != nil {
		return nil
	}
	var found []int
	for _, file := range files {
		content, err := os.ReadFile(file) //nolint:gosec // A file of /proc, as found there.
		if err != nil {
			continue
		}
		for text := range strings.FieldsSeq(string(content)) {
			if child, err := strconv.Atoi(text); err == nil && runs(child, binary) {
				found = append(found, child)
			}
		}
	}
	return found
}

func runs(process int, binary string) bool {
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", process))
	return err == nil && filepath.Base(path) == binary
}
