using System.Globalization;
using System.Text;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Client;

/// <summary>From verbs and queries to URLs. Pure.</summary>
internal static class RequestBuilder
{
    public static ApiRequest Get<T>(ResourceType<T> type, ObjectName name)
        where T : KubeObject =>
        One(HttpMethod.Get, "get", type, name, subresource: null, new QueryString());

    public static ApiRequest List<T>(ResourceType<T> type, ListQuery query)
        where T : KubeObject
    {
        var parameters = Selectors(query.LabelSelector, query.FieldSelector);
        if (query.Limit > 0)
            parameters.Add("limit", Number(query.Limit));
        if (!string.IsNullOrEmpty(query.Continue))
            parameters.Add("continue", query.Continue);
        // The token names its version; the server refuses both together.
        else if (query.ResourceVersion is { } version)
            parameters.Add("resourceVersion", version);
        return Many(HttpMethod.Get, "list", type, query.Namespace, parameters);
    }

    public static ApiRequest Watch<T>(ResourceType<T> type, WatchQuery query)
        where T : KubeObject
    {
        var parameters = Selectors(query.LabelSelector, query.FieldSelector);
        parameters.Add("watch", "true");
        parameters.Add("allowWatchBookmarks", "true");
        if (query.ResourceVersion is { } version)
            parameters.Add("resourceVersion", version);
        if (query.SendInitialEvents)
        {
            parameters.Add("sendInitialEvents", "true");
            parameters.Add("resourceVersionMatch", "NotOlderThan");
        }

        if (query.ServerTimeout is { } timeout)
            parameters.Add("timeoutSeconds", Number((long)Math.Max(1, timeout.TotalSeconds)));
        return Many(HttpMethod.Get, "watch", type, query.Namespace, parameters);
    }

    public static ApiRequest Create<T>(ResourceType<T> type, string @namespace, WriteOptions options)
        where T : KubeObject =>
        Many(HttpMethod.Post, "create", type, @namespace, Write(options));

    public static ApiRequest Replace<T>(ResourceType<T> type, ObjectName name, string? subresource, WriteOptions options)
        where T : KubeObject =>
        One(HttpMethod.Put, "update", type, name, subresource, Write(options));

    public static ApiRequest Patch<T>(ResourceType<T> type, ObjectName name, PatchKind kind, string? subresource, WriteOptions options)
        where T : KubeObject
    {
        var parameters = Write(options);
        if (kind == PatchKind.Apply && options.Force)
            parameters.Add("force", "true");
        return One(HttpMethod.Patch, "patch", type, name, subresource, parameters);
    }

    public static ApiRequest Delete<T>(ResourceType<T> type, ObjectName name)
        where T : KubeObject =>
        One(HttpMethod.Delete, "delete", type, name, subresource: null, new QueryString());

    public static ApiRequest Evict(ObjectName pod, bool dryRun)
    {
        var parameters = new QueryString();
        if (dryRun)
            parameters.Add("dryRun", "All");
        return One(HttpMethod.Post, "create", ResourceTypes.Pods, pod, "eviction", parameters);
    }

    public static ApiRequest Path(string path) =>
        new(HttpMethod.Get, "get", string.Empty, string.Empty, string.Empty, string.Empty, string.Empty, path);

    /// <summary>
    /// Why the names cannot stand in a URL, or null. A name such as ".." would be folded away on the way and reach another
    /// object.
    /// </summary>
    public static string? Refusal(bool namespaced, ObjectName name)
    {
        if (!IsSegment(name.Name))
            return $"the name '{name.Name}' cannot stand in a URL; a name is not empty, '.' or '..' and has no '/' and no '%'";
        if (namespaced && !IsSegment(name.Namespace))
            return $"the namespace '{name.Namespace}' of '{name.Name}' cannot stand in a URL; a namespaced object needs one";
        return null;
    }

    private static bool IsSegment(string? text) =>
        !string.IsNullOrEmpty(text) && text is not ("." or "..") && text.AsSpan().IndexOfAny('/', '%') < 0;

    private static QueryString Selectors(string labels, string fields)
    {
        var parameters = new QueryString();
        if (labels.Length > 0)
            parameters.Add("labelSelector", labels);
        if (fields.Length > 0)
            parameters.Add("fieldSelector", fields);
        return parameters;
    }

    private static QueryString Write(WriteOptions options)
    {
        var parameters = new QueryString();
        // A misspelt field of ours must fail loudly instead of being dropped.
        parameters.Add("fieldValidation", "Strict");
        if (options.FieldManager is { } manager)
            parameters.Add("fieldManager", manager);
        if (options.DryRun)
            parameters.Add("dryRun", "All");
        return parameters;
    }

    private static ApiRequest One<T>(
        HttpMethod method, string verb, ResourceType<T> type, ObjectName name, string? subresource, QueryString parameters)
        where T : KubeObject
    {
        var path = $"{Collection(type, type.Namespaced ? name.Namespace : string.Empty)}/{Uri.EscapeDataString(name.Name)}";
        if (!string.IsNullOrEmpty(subresource))
            path += "/" + subresource;
        return new ApiRequest(
            method, verb, type.Group, type.Plural, subresource ?? string.Empty, name.Namespace, name.Name, path + parameters);
    }

    private static ApiRequest Many<T>(HttpMethod method, string verb, ResourceType<T> type, string @namespace, QueryString parameters)
        where T : KubeObject =>
        new(method, verb, type.Group, type.Plural, string.Empty, @namespace, string.Empty, Collection(type, @namespace) + parameters);

    private static string Collection<T>(ResourceType<T> type, string @namespace)
        where T : KubeObject
    {
        var root = type.Group.Length == 0 ? $"/api/{type.Version}" : $"/apis/{type.Group}/{type.Version}";
        return @namespace.Length == 0 ? $"{root}/{type.Plural}" : $"{root}/namespaces/{Uri.EscapeDataString(@namespace)}/{type.Plural}";
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed class QueryString
    {
        private readonly StringBuilder _text = new();

        public void Add(string name, string value) =>
            _text.Append(_text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));

        public override string ToString() => _text.ToString();
    }
}
