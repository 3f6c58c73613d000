package sdwan

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/simulator"
)

// imagesPath is spelt without the client's help.
const imagesPath = "/sdwan/v2.4/api/element_images"

// exampleImage has every documented field.
const exampleImage = `{"id":"1773934978552002945","version":"6.3.6-b9","state":"release","type":"element","is_lts":true,"recommended_release":false,
 "eol_date":"2027-03-31","release_url":"https://example.com/notes","fips_certified":true,"fips_certification_valid":false,"ml7_version":"7.1",
 "model_software_map":[{"model":"ion 9000","bundle_name":"b","security_caps":["x"]},{"model":"ion 3200","bundle_name":null,"security_caps":null}],"_etag":7}`

func imageIDs(images []inventory.Image) []string {
	ids := make([]string, len(images))
	for i := range images {
		ids[i] = images[i].ID
	}
	return ids
}

// imagesAnswered is a fleet whose list of images has an answer of its own.
func imagesAnswered(list http.HandlerFunc) *fakeFleet {
	return &fakeFleet{replies: map[string]http.HandlerFunc{"/element_images": list}}
}

func TestImagesAreReadByOneGETInTheOrderOfIDs(t *testing.T) {
	t.Parallel()
	list := respond(http.StatusOK, "application/json", `{"count":3,"items":[{"id":"images-003"},{"id":"images-001"},{"id":"images-002"}]}`)
	for form, path := range map[simulator.Form]string{
		simulator.Unified: imagesPath,
		simulator.Legacy:  "/v2.4/api/tenants/" + simulator.TenantID + "/element_images",
	} {
		t.Run(string(form), func(t *testing.T) {
			t.Parallel()
			fleet := imagesAnswered(list)
			client, _ := clientOfFleet(t, fleet, formed(form))
			images, err := client.Images(t.Context())
			wantIDs(t, "images", 3, imageIDs(images), err)
			if diff := cmp.Diff([]string{"GET " + path}, fleet.requests()); diff != "" {
				t.Errorf("the requests differ (-want +sent):\n%s", diff)
			}
		})
	}
}

func TestImagesAreThoseOfTheSimulator(t *testing.T) {
	t.Parallel()
	for _, position := range simulator.SwitchPositions() {
		for _, form := range forms {
			t.Run(fmt.Sprintf("%s/%s/%s", position.Name, position.Position, form), func(t *testing.T) {
				t.Parallel()
				var switches simulator.Switches
				position.Apply(&switches)
				server := startSimulator(t, simulator.Options{Elements: 3, Switches: switches})
				images, err := newClient(t, server, form).Images(t.Context())
				if position.Denied || position.Imageless {
					failure := wantKind(t, err, KindForbidden)
					wantText(t, failure.Error(), "read the images: ")
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(server.Images(), images); diff != "" {
					t.Errorf("the images differ (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestImagesAreCompleteOrAnError(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		images int
		kind   Kind
	}{
		`{"items":[]}`: {0, ""},
		`{"count":2,"id":"x","type":"t","items":[{"id":"images-002"},{"id":"images-001"}]}`: {2, ""},
		`{"count":2,"items":[{"id":"images-001"},{"id":"images-001","version":"9"}]}`:       {1, ""},
		`{"count":3,"items":[{"id":"images-001"},{"id":"images-002"}]}`:                     {0, KindInconsistent},
		`{"count":1}`:                                  {0, KindMalformed},
		`{"count":1,"items":null}`:                     {0, KindMalformed},
		`{"count":1,"items":[null]}`:                   {0, KindMalformed},
		`{"count":1,"items":[{"version":"6.3.6-b9"}]}`: {0, KindMalformed},
		`{"count":1,"items":[{"id":"images-001"}`:      {0, KindMalformed},
		`{"_error":[{"code":"INTERNAL"}],"items":[]}`:  {0, KindUnavailable},
		``:       {0, KindMalformed},
		`<html>`: {0, KindMalformed},
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			client, _ := clientOfFleet(t, imagesAnswered(respond(http.StatusOK, "application/json", body)))
			images, err := client.Images(t.Context())
			if want.kind == "" {
				wantIDs(t, "images", want.images, imageIDs(images), err)
				return
			}
			failure := wantKind(t, err, want.kind)
			if images != nil || failure.Subject != "images" {
				t.Errorf("got %v, and an error about %q", images, failure.Subject)
			}
		})
	}
}

func TestRefusedListOfImagesIsAnErrorAndIsAskedAgainNextTime(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]Kind{
		http.StatusForbidden: KindForbidden, http.StatusNotFound: KindNotFound,
		http.StatusBadRequest: KindRefused, http.StatusInternalServerError: KindUnavailable,
	} {
		t.Run(statusText(status), func(t *testing.T) {
			t.Parallel()
			client, fake := clientOfFleet(t, imagesAnswered(denied(status)))
			_, err := client.Images(t.Context())
			failure := wantKind(t, err, kind)
			wantText(t, failure.Error(), "read the images: ", "the answer is "+statusText(status), "Request: GET "+fakeEndpoint+imagesPath)
			if failure.Status != status || strings.Contains(failure.Problem, "asked because") || fake.count("/query") != 0 {
				t.Errorf("the error is %v after %d queries", failure, fake.count("/query"))
			}
			// Access may be given meanwhile.
			before := fake.count(imagesPath)
			if _, err = client.Images(t.Context()); err == nil || fake.count(imagesPath) == before {
				t.Errorf("the next read asked for no list and ended with %v", err)
			}
		})
	}
}

func TestListOfImagesIsTriedAgainAndJoined(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]http.HandlerFunc{
		"401": denied(http.StatusUnauthorized), "403": denied(http.StatusForbidden), "500": denied(http.StatusInternalServerError),
		"429": comeBack(http.StatusTooManyRequests, text("7"), "{}"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				list := inTurn(first, respond(http.StatusOK, "application/json", `{"items":[{"id":"images-001"}]}`))
				client, fake := clientOfFleet(t, imagesAnswered(slowly(list)))
				began := time.Now()
				var reads sync.WaitGroup
				for range 5 {
					reads.Go(func() {
						images, err := client.Images(t.Context())
						if err != nil || len(images) != 1 {
							t.Errorf("got %v and %v", images, err)
						}
					})
				}
				reads.Wait()
				if took := time.Since(began); name == "429" && took < 7*time.Second {
					t.Errorf("the list was asked for again after %s", took)
				}
				if got := fake.count(imagesPath); got != 2 {
					t.Errorf("%d lists were asked for, want 2", got)
				}
			})
		})
	}
}

func TestImagesAreReadThroughFaults(t *testing.T) {
	t.Parallel()
	for kind, want := range map[simulator.FaultKind]Kind{
		"unavailable_503": "", "too_many_requests_zero": "", "reset_after_headers": "", "body_cut_off": "", "error_200": KindRefused, "items_null": KindMalformed, "html_200": KindMalformed,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			server := startSimulator(t, simulator.Options{Elements: 3})
			fault := simulator.Fault{Kind: kind, On: simulator.RequestImages, Nth: 1}
			if want != "" {
				fault.Nth = 0
			}
			setFaults(t, server.Simulator, fault)
			images, err := newClient(t, server, simulator.Unified).Images(t.Context())
			if want != "" {
				if failure := wantKind(t, err, want); images != nil || failure.Subject != "images" {
					t.Errorf("got %v, and an error about %q", images, failure.Subject)
				}
				return
			}
			if err != nil || len(images) != len(server.Images()) {
				t.Errorf("got %d images and %v", len(images), err)
			}
		})
	}
}

func TestImageIsReadInEverySpelling(t *testing.T) {
	t.Parallel()
	whole := inventory.Image{
		ID: "1773934978552002945", Version: new("6.3.6-b9"), State: new("release"), Type: new("element"), IsLTS: new(true), Recommended: new(false),
		EndOfLife: &inventory.Date{Year: 2027, Month: time.March, Day: 31}, ReleaseURL: new("https://example.com/notes"),
		FIPSCertified: new(true), FIPSCertificationValid: new(false), ML7Version: new("7.1"), Models: []string{"ion 3200", "ion 9000"},
	}
	for item, want := range map[string]inventory.Image{
		exampleImage: whole,
		`{"id":"1"}`: {ID: "1"},
		`{"id":"1","version":null,"state":null,"type":null,"is_lts":null,"recommended_release":null,"eol_date":null,"release_url":null,"fips_certified":null,"fips_certification_valid":null,"ml7_version":null,"model_software_map":null}`: {ID: "1"},
		`{"id":1773934978552002945,"is_lts":"true","recommended_release":"false"}`:                                   {ID: "1773934978552002945", IsLTS: new(true), Recommended: new(false)},
		`{"id":"1","version":"","state":"golden","model_software_map":[]}`:                                           {ID: "1", Version: new(""), State: new("golden"), Models: []string{}},
		`{"id":"1","model_software_map":[{"model":"b"},{"model":"a"},{"model":"b","bundle_name":"two"}],"new":[{}]}`: {ID: "1", Models: []string{"a", "b"}},
		`{"id":"1","model_software_map":[{"model":"b"},{"model":null}]}`:                                             {ID: "1"},
		`{"id":"1","model_software_map":[null]}`:                                                                     {ID: "1"},
		`{"id":"1","eol_date":"tbd"}`:                                                                                {ID: "1"},
		`{"id":"1","eol_date":""}`:                                                                                   {ID: "1"},
		`{"id":"1","eol_date":"2027-03-31T00:00:00Z"}`:                                                               {ID: "1"},
		`{"id":"1","eol_date":17739349785520000}`:                                                                    {ID: "1"},
		`{"id":"1","eol_date":{"year":2027}}`:                                                                        {ID: "1"},
	} {
		if diff := cmp.Diff([]inventory.Image{want}, rowsIn(t, imageCollection, `{"items":[`+item+`]}`)); diff != "" {
			t.Errorf("%s differs (-want +got):\n%s", item, diff)
		}
	}
}

func TestWrongTypesOfAnImageNameTheField(t *testing.T) {
	t.Parallel()
	for item, problem := range map[string]string{
		`{"id":true}`:   "the field items.id holds a value",
		`{"version":6}`: "the field items.version holds a number",
		`{"is_lts":1}`:  "the field items.is_lts holds a value that is neither true nor false, 1",
		`{"model_software_map":{"ion 3200":"b"}}`:  "the field items.model_software_map holds an object",
		`{"model_software_map":[{"model":["a"]}]}`: "the field items.model_software_map.model holds a list",
	} {
		_, failure := pageOf[wireImage](&answer{status: 200, body: []byte(`{"items":[` + item + `]}`)}, new(exchange))
		if failure == nil || failure.Kind != KindMalformed || !strings.Contains(failure.Problem, problem) {
			t.Errorf("%s: got %v, want %q", item, failure, problem)
		}
	}
}

func FuzzDecodeImages(f *testing.F) {
	fuzzRows(f, imageCollection, `{"items":[`+exampleImage+`]}`, `{"items":[{"eol_date":7,"is_lts":"true","model_software_map":[null,{"model":null}]}]}`)
}
