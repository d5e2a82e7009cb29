using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace NodeGuard.Benchmarks.Caching;

/// <summary>
/// The bytes of a large cluster's lists and watches, without TLS: a watch-list of nodes and pods, then changes of pods at a
/// steady pace. In a process of its own.
/// </summary>
internal static class CacheServer
{
    private const int Tick = 10;

    /// <summary>Prints its address, and serves until its standard input ends.</summary>
    public static async Task<int> RunAsync(int changesPerSecond)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication app = builder.Build();
        app.Run(context => ServeAsync(context, changesPerSecond));
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static async Task ServeAsync(HttpContext context, int changesPerSecond)
    {
        bool pods = context.Request.Path.Value == "/api/v1/pods";
        context.Response.ContentType = "application/json";
        if (context.Request.Query["sendInitialEvents"] != "true")
        {
            // The client under test asks for watch-list; nothing else is measured here.
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        int count = pods ? ClusterText.Pods : ClusterText.Nodes;
        for (int i = 0; i < count; i++)
            Write(context, "ADDED", pods ? ClusterText.Pod(i, i + 1, 0) : ClusterText.Node(i, i + 1));
        Write(context, "BOOKMARK", Encoding.UTF8.GetBytes(
            $$$$"""{"kind":"{{{{(pods ? "Pod" : "Node")}}}}","apiVersion":"v1","metadata":{"resourceVersion":"{{{{ClusterText.Pods}}}}","annotations":{"k8s.io/initial-events-end":"true"}}}"""));
        await context.Response.Body.FlushAsync(context.RequestAborted);
        if (pods)
            await ChangeAsync(context, changesPerSecond);
        else
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    private static async Task ChangeAsync(HttpContext context, int changesPerSecond)
    {
        var random = new Random(1);
        long version = ClusterText.Pods;
        long start = Stopwatch.GetTimestamp();
        long sent = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(Tick));
        while (await timer.WaitForNextTickAsync(context.RequestAborted))
        {
            long due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * changesPerSecond);
            for (; sent < due; sent++)
                Write(context, "MODIFIED", ClusterText.Pod(random.Next(ClusterText.Pods), ++version, Stopwatch.GetTimestamp()));
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    private static void Write(HttpContext context, string type, byte[] value)
    {
        var writer = context.Response.BodyWriter;
        writer.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"type\":\"{type}\",\"object\":")));
        writer.Write(value);
        writer.Write("}\n"u8);
        if (writer.UnflushedBytes > 256 << 10)
            writer.FlushAsync().AsTask().GetAwaiter().GetResult();
    }
}
