package rollout

import "github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"

// The arguments of this package, in an imagestatus.ArgumentError.
const (
	ArgumentTargetVersion    imagestatus.Argument = "target version"
	ArgumentVersion          imagestatus.Argument = "version"
	ArgumentTargetImage      imagestatus.Argument = "target image"
	ArgumentMinReadyPercent  imagestatus.Argument = "percentage of ready elements"
	ArgumentMaxFailedPercent imagestatus.Argument = "percentage of failed elements"
	ArgumentGroups           imagestatus.Argument = "groups"
	ArgumentFirst            imagestatus.Argument = "first"
	ArgumentLast             imagestatus.Argument = "last"
)
