package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

// summaryUnmet is the summary of a target that does not pass verify_target.
const summaryUnmet = "Target cannot be met"

const nameVerifyTarget = "verify_target"

func verifyTargetAttribute() schema.Attribute {
	return schema.BoolAttribute{
		Optional: true,
		MarkdownDescription: "Whether the target must be met by an image that the tenant is offered. With `true`, the gate reads the list of images before it judges the elements, " +
			"also with `show_names = false`. It is an error if no image satisfies the target, if all of those that do have the state `" + inventory.ImageUnsupported + "`, or if the list cannot be read, " +
			"even where elements already run the target. A past end of life is no error. Needs `target_version` or `target_image_id`. Default: `false`.",
	}
}

// checkVerify refuses verify_target without a target.
func (m gateModel) checkVerify(diags *diag.Diagnostics) {
	if m.VerifyTarget.ValueBool() && m.TargetVersion.IsNull() && m.TargetImageID.IsNull() {
		invalid(diags, path.Root(nameVerifyTarget), `"true"`,
			"There is no target to verify. Set `target_version` or `target_image_id`, or leave `verify_target` out.")
	}
}

// verify fails if the gate asks for verification and the tenant's images do not meet
// the target, or cannot be read.
func (n *namer) verify(ctx context.Context, asked gateRead) error {
	if !asked.verify {
		return nil
	}
	images, err := n.catalogue(ctx)
	if failure, is := errors.AsType[*sdwan.Error](err); is {
		explained := *failure
		explained.Operation += " for " + nameVerifyTarget
		return &explained
	}
	if err != nil {
		return err
	}
	return asked.gate.Target.Verify(images, inventory.DateOf(time.Now()))
}

// catalogue returns the tenant's images. They are read once; after a transient error,
// or when time ran out, the next call reads them again.
func (n *namer) catalogue(ctx context.Context) (*inventory.Catalogue, error) {
	if n.images != nil || n.unlisted != nil {
		return n.images, n.unlisted
	}
	images, err := n.client.Images(ctx)
	switch {
	case err == nil:
		n.images = inventory.NewCatalogue(images)
	case !isTransient(err) && ctx.Err() == nil:
		n.unlisted = err
	}
	return n.images, err
}

// explain returns what names does and, if wanted, the tenant's images, nil if they
// cannot be read, in the same time limit. It reads one after the other: a client that
// is denied one list would retry after every success of a parallel read.
func (n *namer) explain(ctx context.Context, known *inventory.Fleet, shown []rollout.Blocker, wantsImages bool) (names *inventory.Fleet, unnamed string, images *inventory.Catalogue) {
	ctx, cancel := context.WithTimeout(ctx, namesTimeout)
	defer cancel()
	names, unnamed = n.names(ctx, known, shown)
	if wantsImages {
		// An error leaves the verdict as it is.
		images, _ = n.catalogue(ctx)
	}
	return names, unnamed, images
}

// explainUnmet says what is wrong with a target, and what to do.
func explainUnmet(unmet *rollout.UnmetError) string {
	argument := pathAlong(argumentPaths[unmet.Argument])
	return fmt.Sprintf("%s is %q. %s\n\nCorrect `%s`, or leave `%s` out to let the gate judge the elements without this check. The data source prismasdwan_element_images lists the images.",
		argument, unmet.Value, unmet.Problem, argument, nameVerifyTarget)
}
