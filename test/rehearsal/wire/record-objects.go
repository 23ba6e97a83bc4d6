// Prints, for each kind of the API, objects with random contents: as protobuf (base64) and as Go writes them as JSON after
// reading that protobuf. One JSON line per object. In a module that requires k8s.io/{api,apimachinery,client-go,
// apiextensions-apiserver,kube-aggregator} of one version and sigs.k8s.io/randfill:
//
//	go run . SEED COUNT < kinds > objects.jsonl
//
// where kinds has lines of `apiVersion kind`. objects.jsonl: seed 34, one object each, v0.34.10, every kind of
// src/rehearsal/wire/messages.json but lists.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strconv"
	"strings"
	"time"

	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
	regv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	"sigs.k8s.io/randfill"
)

func main() {
	seed, _ := strconv.ParseInt(os.Args[1], 10, 64)
	count, _ := strconv.Atoi(os.Args[2])
	s := scheme.Scheme
	must(apiextv1.AddToScheme(s))
	must(regv1.AddToScheme(s))
	source := rand.NewSource(seed)
	r := rand.New(source)
	words := []string{"", "a", "web", "example.org/x", "näïve", "\"quoted\"", "0", "line\nline", "日本", "😀", "<&>"}
	fill := randfill.New().RandSource(source).NilChance(0.4).NumElements(0, 2).MaxDepth(14).Funcs(
		func(v *string, c randfill.Continue) { *v = words[r.Intn(len(words))] },
		func(v *metav1.TypeMeta, c randfill.Continue) {},
		func(v *metav1.Time, c randfill.Continue) {
			if r.Intn(4) > 0 {
				*v = metav1.NewTime(time.Unix(r.Int63n(4e9), 0).UTC())
			}
		},
		func(v *metav1.MicroTime, c randfill.Continue) {
			if r.Intn(4) > 0 {
				*v = metav1.NewMicroTime(time.Unix(r.Int63n(4e9), r.Int63n(1e6)*1000).UTC())
			}
		},
		// A pointer to the zero time is nothing that a client sends.
		func(v **metav1.Time, c randfill.Continue) {
			if r.Intn(2) > 0 {
				t := metav1.NewTime(time.Unix(r.Int63n(4e9), 0).UTC())
				*v = &t
			}
		},
		func(v **metav1.MicroTime, c randfill.Continue) {
			if r.Intn(2) > 0 {
				t := metav1.NewMicroTime(time.Unix(r.Int63n(4e9), r.Int63n(1e6)*1000).UTC())
				*v = &t
			}
		},
		func(v *resource.Quantity, c randfill.Continue) {
			forms := []string{"0", "1", "1500m", "2048Mi", "1e3", "100k", "12Gi", "-5", "1.5Gi", "3n"}
			*v = resource.MustParse(forms[r.Intn(len(forms))])
		},
		func(v *intstr.IntOrString, c randfill.Continue) {
			if r.Intn(2) > 0 {
				*v = intstr.FromString(words[r.Intn(len(words))])
			} else {
				*v = intstr.FromInt32(r.Int31n(70000))
			}
		},
		func(v *int64, c randfill.Continue) { *v = r.Int63n(1<<52) - 1<<51 },
		func(v *float64, c randfill.Continue) { *v = float64(r.Intn(1000)) / 8 },
		func(v *runtime.RawExtension, c randfill.Continue) { v.Raw = []byte(`{"a":[1,"b"]}`) },
		func(v *metav1.FieldsV1, c randfill.Continue) {
			v.Raw = []byte(`{"f:metadata":{"f:labels":{".":{},"f:a":{}}}}`)
		},
		func(v *apiextv1.JSON, c randfill.Continue) {
			raws := []string{`{"a":1}`, `"x"`, `12`, `[true]`, `null`}
			v.Raw = []byte(raws[r.Intn(len(raws))])
		},
		// A pointer to a null is not told from no pointer once it has been JSON.
		func(v **apiextv1.JSON, c randfill.Continue) {
			if r.Intn(2) > 0 {
				*v = &apiextv1.JSON{Raw: []byte(`{"a":1}`)}
			}
		},
		func(v *apiextv1.JSONSchemaPropsOrBool, c randfill.Continue) {
			if r.Intn(2) > 0 {
				v.Allows = true
				v.Schema = &apiextv1.JSONSchemaProps{Type: "object"}
			} else {
				v.Allows = r.Intn(2) > 0
			}
		},
		func(v *apiextv1.JSONSchemaPropsOrArray, c randfill.Continue) {
			if r.Intn(2) > 0 {
				v.Schema = &apiextv1.JSONSchemaProps{Type: "string"}
			} else {
				v.JSONSchemas = []apiextv1.JSONSchemaProps{{Type: "string"}, {Type: "integer"}}
			}
		},
		func(v *apiextv1.JSONSchemaPropsOrStringArray, c randfill.Continue) {
			if r.Intn(2) > 0 {
				v.Schema = &apiextv1.JSONSchemaProps{Type: "string"}
			} else {
				v.Property = []string{"a", "b"}
			}
		},
	)
	codec := protobuf.NewSerializer(s, s)
	lines := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		parts := strings.Fields(lines.Text())
		gvk := schema.FromAPIVersionAndKind(parts[0], parts[1])
		for i := 0; i < count; i++ {
			object, err := s.New(gvk)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				break
			}
			fill.Fill(object)
			object.GetObjectKind().SetGroupVersionKind(gvk)
			var buffer bytes.Buffer
			if err := codec.Encode(object, &buffer); err != nil {
				fmt.Fprintln(os.Stderr, gvk, err)
				break
			}
			back, _, err := codec.Decode(buffer.Bytes(), nil, nil)
			must(err)
			text, err := json.Marshal(back)
			must(err)
			fmt.Fprintf(out, `{"kind":%q,"base64":%q,"json":%s}`+"\n", lines.Text(), base64.StdEncoding.EncodeToString(buffer.Bytes()), text)
		}
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
