using System.Diagnostics;

namespace NodeGuard.Benchmarks.Flushing;

/// <summary>Keeps every core busy at normal priority.</summary>
internal sealed class BusyLoops : IDisposable
{
    private const int PerCore = 2;
    private readonly List<Process> _loops = [];

    public BusyLoops()
    {
        for (int i = 0; i < Environment.ProcessorCount * PerCore; i++)
        {
            _loops.Add(Process.Start("/bin/sh", ["-c", "while :; do :; done"]));
        }
    }

    public void Dispose()
    {
        foreach (Process loop in _loops)
        {
            loop.Kill();
            loop.WaitForExit();
            loop.Dispose();
        }

        _loops.Clear();
    }
}
