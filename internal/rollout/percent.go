package rollout

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
)

var one, hundred = big.NewRat(1, 1), big.NewRat(100, 1)

// ParseReadyPercent parses min_ready_percent, a decimal number that is 0 or from 1 to
// 100. A number between 0 and 1 is most often a fraction meant as a percentage, and
// would open the gate far too early. The error is an *ArgumentError.
func ParseReadyPercent(text string) (*big.Rat, error) {
	percent, refused := parsePercent(ArgumentMinReadyPercent, text, "95")
	if refused != nil {
		return nil, refused
	}
	if percent.Sign() == 0 || percent.Cmp(one) >= 0 {
		return percent, nil
	}
	refused = notAPercentage(ArgumentMinReadyPercent, text, "95")
	refused.Problem = "The value is a percentage, and less than 1%."
	if meant := new(big.Rat).Mul(percent, hundred); meant.Cmp(one) >= 0 {
		refused.Remedy = fmt.Sprintf("Write %s for %s.", ratText(meant), ratPercent(meant))
	}
	return nil, refused
}

// ParseMaxFailedPercent parses max_failed_percent, a decimal number from 0 to 100. Less
// than 1 is allowed: a fraction meant as a percentage only makes the gate stricter. The
// error is an *ArgumentError.
func ParseMaxFailedPercent(text string) (*big.Rat, error) {
	percent, refused := parsePercent(ArgumentMaxFailedPercent, text, "5")
	if refused != nil {
		return nil, refused
	}
	return percent, nil
}

func parsePercent(argument imagestatus.Argument, text, example string) (*big.Rat, *imagestatus.ArgumentError) {
	percent, ok := new(big.Rat).SetString(text)
	if !ok || percent.Sign() < 0 || percent.Cmp(hundred) > 0 {
		return nil, notAPercentage(argument, text, example)
	}
	return percent, nil
}

func notAPercentage(argument imagestatus.Argument, text, example string) *imagestatus.ArgumentError {
	return &imagestatus.ArgumentError{
		Argument: argument, Value: text,
		Problem: "It is not a percentage from 0 to 100.", Remedy: fmt.Sprintf("Write a number such as %s for %s%%.", example, example),
	}
}

func percentText(percent float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.2f", percent), "0"), ".") + "%"
}

func ratPercent(percent *big.Rat) string { return ratText(percent) + "%" }

const maxDecimals = 18 // of a number such as 1/3

func ratText(number *big.Rat) string {
	decimals, _ := number.FloatPrec()
	return number.FloatString(min(decimals, maxDecimals))
}
