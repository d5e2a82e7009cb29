using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using YamlDotNet.Core;

namespace NodeGuard.Sandbox.Hosting;

/// <summary>The nodes and workloads of a new cluster, and the manifests that were named.</summary>
internal static class FirstObjects
{
    private const string Demo = "NodeGuard.Sandbox.Demo.workloads.yaml";

    /// <summary>A cluster that was kept has its nodes and workloads already: what was deleted stays deleted.</summary>
    /// <returns>Whether the cluster is new.</returns>
    public static bool AddNodes(Cluster cluster, SandboxOptions options)
    {
        ResourceInfo nodes = cluster.Resources.Get("", "v1", "nodes");
        if (cluster.Store.Snapshot(nodes.StorageKey).Count > 0)
        {
            return false;
        }

        for (int i = 1; i <= options.Nodes; i++)
        {
            cluster.Write.Create(new ApiRequest { Verb = "create", Resource = nodes }, Node(i));
        }

        return true;
    }

    /// <summary>Needs a server that serves CustomResourceDefinitions: a manifest may have one, and objects of its kind behind it.</summary>
    public static void AddManifests(Cluster cluster, SandboxOptions options, bool isNew, Action<string> say)
    {
        if (isNew && options.Workloads != "none")
        {
            Add(cluster, options.Workloads == "demo" ? "the demo" : options.Workloads, Text(options.Workloads), say);
        }

        foreach (string manifest in options.Manifests)
        {
            Add(cluster, manifest, Read(manifest), say);
        }
    }

    private static JsonObject Node(int number)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"node-{number}");
        char zone = "abc"[(number - 1) % 3];
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject
                {
                    ["kubernetes.io/hostname"] = name,
                    ["kubernetes.io/os"] = "linux",
                    ["kubernetes.io/arch"] = "amd64",
                    ["node.kubernetes.io/instance-type"] = "sandbox",
                    ["topology.kubernetes.io/region"] = "sandbox",
                    ["topology.kubernetes.io/zone"] = $"sandbox-{zone}",
                },
            },
            ["spec"] = new JsonObject { ["providerID"] = $"sandbox://{name}" },
        };
    }

    private static string Text(string workloads)
    {
        if (workloads != "demo")
        {
            return Read(workloads);
        }

        using Stream stream = typeof(FirstObjects).Assembly.GetManifestResourceStream(Demo)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw new SandboxException($"manifest {path} cannot be read: {broken.Message}", broken);
        }
    }

    private static void Add(Cluster cluster, string origin, string text, Action<string> say)
    {
        IReadOnlyList<JsonNode> documents;
        try
        {
            documents = YamlBody.Documents(text);
        }
        catch (YamlException broken)
        {
            throw new SandboxException($"manifest {origin} is not YAML at line {broken.Start.Line}: {broken.Message}", broken);
        }

        foreach (JsonNode document in documents)
        {
            IEnumerable<JsonNode?> items = document.Text("kind") == "List" ? document.Items("items") : [document];
            foreach (JsonNode? item in items)
            {
                Create(cluster, origin, item?.DeepClone() as JsonObject, say);
            }
        }
    }

    private static void Create(Cluster cluster, string origin, JsonObject? item, Action<string> say)
    {
        string[] version = (item.Text("apiVersion") ?? "").Split('/');
        string kind = item.Text("kind") ?? "";
        if (item is null || cluster.Resources.FindKind(version.Length > 1 ? version[0] : "", version[^1], kind) is not { } resource)
        {
            throw new SandboxException(
                $"manifest {origin}: the sandbox has no kind '{kind}' in apiVersion '{item.Text("apiVersion")}'; see kubectl api-resources");
        }

        string name = item.Text("metadata", "name") ?? "";
        if (resource.Namespaced)
        {
            item.Ensure("metadata").Default("namespace", "default");
        }

        var request = new ApiRequest
        {
            Verb = "create",
            Resource = resource,
            Namespace = resource.Namespaced ? item.Text("metadata", "namespace")! : "",
            Name = name,
        };
        ApiResult result = cluster.Write.Create(request, item);
        if (result.Code == 409)
        {
            say($"manifest {origin}: {resource.GroupResource} {name} is there already and stays as it is");
        }
        else if (!result.Succeeded)
        {
            throw new SandboxException($"manifest {origin}: {resource.GroupResource} {name}: {result.Status!.Message}");
        }
    }
}
