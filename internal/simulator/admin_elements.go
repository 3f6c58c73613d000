package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

type elementOverview struct {
	ElementID     string  `json:"element_id"`
	Name          *string `json:"name"`
	SiteName      *string `json:"site_name"`
	Wave          string  `json:"wave"`
	UpgradeState  *string `json:"upgrade_state"`
	ActiveVersion *string `json:"active_version"`
	Connected     bool    `json:"connected"`
}

// adminElements lists the fleet, or the chosen part of it.
func (s *Simulator) adminElements(r *http.Request) (any, error) {
	elements := s.ElementIDs()
	if r.URL.RawQuery != "" {
		var err error
		if elements, _, err = s.chosen(r); err != nil {
			return nil, err
		}
	}
	snapshot, done := s.read(s.Switches())
	defer done()
	waves := make(map[string]string, len(elements))
	for wave, members := range s.fleet.waves {
		for _, element := range members {
			waves[element] = wave
		}
	}
	names := make(map[string]*string, len(s.fleet.sites))
	for _, site := range s.fleet.sites {
		names[site.described.ID] = copyOf(site.described.Name)
	}
	overviews := make([]elementOverview, len(elements))
	for i, element := range elements {
		device, err := s.fleet.device(element)
		if err != nil {
			return nil, err
		}
		row := device.current().at(snapshot.now)
		overviews[i] = elementOverview{
			ElementID: element, Name: copyOf(device.described.Name), SiteName: names[value(device.described.SiteID)],
			Wave: waves[element], Connected: device.connected(snapshot.now),
			UpgradeState: copyOf(row.UpgradeState), ActiveVersion: copyOf(row.ActiveVersion),
		}
	}
	return overviews, nil
}

// adminUpgrade starts the upgrade of elements, by default to the target image.
func (s *Simulator) adminUpgrade(r *http.Request) (any, error) {
	elements, values, err := s.chosen(r, "version", "image", "path")
	if err != nil {
		return nil, err
	}
	image, err := s.imageNamed(values)
	if err != nil {
		return nil, err
	}
	if err := s.Upgrade(elements, image, Plan{Path: Path(values.Get("path"))}); err != nil {
		return nil, err
	}
	return s.adminStatus(r)
}

// imageNamed finds an image on the tenant's list by its version, its id or both.
func (s *Simulator) imageNamed(values url.Values) (Image, error) {
	version, id := values.Get("version"), values.Get("image")
	if version == "" && id == "" {
		return TargetImage(), nil
	}
	var versions []string
	for _, listed := range s.Images() {
		image := Image{ID: listed.ID, Version: value(listed.Version)}
		if cmp.Or(version, image.Version) == image.Version && cmp.Or(id, image.ID) == image.ID {
			return image, nil
		}
		versions = append(versions, shown(listed.Version))
	}
	return Image{}, fmt.Errorf("version=%q image=%q is not an image of the tenant; its versions are %s", version, id, strings.Join(versions, ", "))
}

// adminFail puts the elements into the failed state of their phase.
func (s *Simulator) adminFail(r *http.Request) (any, error) {
	elements, values, err := s.chosen(r, "info")
	if err != nil {
		return nil, err
	}
	usual, _ := PathFails.find()
	for _, element := range elements {
		if err := s.Fail(element, cmp.Or(values.Get("info"), usual.failure)); err != nil {
			return nil, err
		}
	}
	return s.adminStatus(r)
}

func (s *Simulator) adminConnect(connected bool) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		elements, _, err := s.chosen(r)
		if err != nil {
			return nil, err
		}
		if err := s.SetConnected(connected, elements...); err != nil {
			return nil, err
		}
		return s.adminStatus(r)
	}
}

// chosen reads the parameters of a request and the elements that they name. An element
// that is not in the fleet is an error.
func (s *Simulator) chosen(r *http.Request, further ...string) (elements []string, values url.Values, err error) {
	values, err = parameters(r, append([]string{"wave", "elements"}, further...)...)
	if err != nil {
		return nil, nil, err
	}
	if values.Has("elements") == values.Has("wave") {
		return nil, nil, fmt.Errorf("name the elements by either elements=ID,ID or wave=%s; GET /_simulator/elements lists them", WaveCanary)
	}
	if values.Has("wave") {
		elements = s.Wave(values.Get("wave"))
		if len(elements) == 0 {
			return nil, nil, fmt.Errorf("wave=%q has no elements; use %s, %s or %s", values.Get("wave"), WaveCanary, WaveEarly, WaveRest)
		}
		return elements, values, nil
	}
	elements = strings.Split(values.Get("elements"), ",")
	for i := range elements {
		elements[i] = strings.TrimSpace(elements[i])
	}
	return elements, values, s.holds(elements)
}
