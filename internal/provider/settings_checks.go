package provider

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// Each check returns a clause on why a value of an argument cannot be used.

func checkEndpoint(value string) error {
	_, err := sdwan.ParseEndpoint(value)
	return err
}

func checkTSG(value string) error {
	if !imagestatus.IsDigits(value) {
		return errors.New("it is not the id of a tenant service group, which is written in digits only (in SCM_SCOPE as tsg_id:1234567890)")
	}
	return nil
}

func checkTenant(value string) error {
	if !imagestatus.IsDigits(value) {
		return errors.New("it is not a tenant id, which is written in digits only")
	}
	return nil
}

func checkBetween(lowest, highest int64) func(string) error {
	return func(value string) error {
		number, err := strconv.ParseInt(value, 10, 64)
		if err != nil || number < lowest || number > highest {
			return fmt.Errorf("it is not a whole number from %d to %d", lowest, highest)
		}
		return nil
	}
}

const (
	trueText  = "true"
	falseText = "false"
)

func checkTruth(value string) error {
	if value != trueText && value != falseText {
		return errors.New("it is neither true nor false")
	}
	return nil
}

func checkDuration(value string) error {
	duration, err := time.ParseDuration(value)
	if err != nil || duration <= 0 {
		return errors.New("it is not a duration above zero, such as 30s or 2m")
	}
	return nil
}
